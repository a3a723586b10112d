#include <utility>

#include "impl/rnn/projected.hpp"
#include "impl/rnn/projected/projection.hpp"
#include "impl/rnn/rnn.hpp"

namespace tandem::rnn::projected {
namespace {

template <class Scheduler, class Cell>
void run(const ProjectedProblem<Cell>& problem, Answer<>& answer, const Execution& execution,
         void (*evaluate)(const Problem<Cell>&, Answer<>&, const Execution&)) {
  require_shapes(problem, answer);
  Problem<Cell> recurrent{
      .hidden_size = problem.hidden_size, .weights = problem.weights, .initial_state = problem.initial_state, .input{}};
  recurrent.input.resize(problem.length * problem.projection.outputs);
  rnn::project<Scheduler>(execution, problem.projection, problem.features.data(), problem.length,
                          recurrent.input.data());
  evaluate(recurrent, answer, execution);
}

}  // namespace

template <class Cell>
void sequential_simd(const ProjectedProblem<Cell>& problem, Answer<>& answer, const Execution& execution) {
  run<Sequential>(problem, answer, execution, rnn::sequential_simd<Cell>);
}
template <class Cell>
void warm_start_simd(const ProjectedProblem<Cell>& problem, Answer<>& answer, const Execution& execution) {
  run<Sequential>(problem, answer, execution, rnn::warm_start_simd<Cell>);
}
template <class Cell>
void warm_start_simd_omp(const ProjectedProblem<Cell>& problem, Answer<>& answer, const Execution& execution) {
  run<OpenMp>(problem, answer, execution, rnn::warm_start_simd_omp<Cell>);
}
template <class Cell>
void warm_start_simd_tbb(const ProjectedProblem<Cell>& problem, Answer<>& answer, const Execution& execution) {
  run<OneTbb>(problem, answer, execution, rnn::warm_start_simd_tbb<Cell>);
}

#define TANDEM_RNN_INSTANTIATE(Cell)                                                             \
  template void sequential_simd(const ProjectedProblem<Cell>&, Answer<>&, const Execution&);     \
  template void warm_start_simd(const ProjectedProblem<Cell>&, Answer<>&, const Execution&);     \
  template void warm_start_simd_omp(const ProjectedProblem<Cell>&, Answer<>&, const Execution&); \
  template void warm_start_simd_tbb(const ProjectedProblem<Cell>&, Answer<>&, const Execution&);
TANDEM_RNN_INSTANTIATE(Tanh)
TANDEM_RNN_INSTANTIATE(Gru)
#undef TANDEM_RNN_INSTANTIATE

}  // namespace tandem::rnn::projected
