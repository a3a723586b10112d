#include <utility>

#include "impl/rnn/projected.hpp"
#include "impl/rnn/projected/projection.hpp"
#include "impl/rnn/rnn.hpp"

namespace tandem::rnn::projected {
namespace {

template <class Cell>
void run(const ProjectedProblem<Cell>& problem, Answer<>& answer, const Execution& execution,
         void (*evaluate)(const Problem<Cell>&, Answer<>&, const Execution&)) {
  require_shapes(problem, answer);
  Problem<Cell> recurrent{
      .hidden_size = problem.hidden_size, .weights = problem.weights, .initial_state = problem.initial_state, .input{}};
  recurrent.input.resize(problem.length * problem.projection.outputs);
  rnn::project(execution, problem.projection, problem.features.data(), problem.length, recurrent.input.data());
  evaluate(recurrent, answer, execution);
}

}  // namespace

template <class Cell>
void sequential_simd(const ProjectedProblem<Cell>& problem, Answer<>& answer, const Execution&) {
  run(problem, answer, {}, rnn::sequential_simd<Cell>);
}
template <class Cell>
void warm_start_simd(const ProjectedProblem<Cell>& problem, Answer<>& answer, const Execution& execution) {
  run(problem, answer, execution, rnn::warm_start_simd<Cell>);
}

template void sequential_simd(const ProjectedProblem<Tanh>&, Answer<>&, const Execution&);
template void sequential_simd(const ProjectedProblem<Gru>&, Answer<>&, const Execution&);
template void warm_start_simd(const ProjectedProblem<Tanh>&, Answer<>&, const Execution&);
template void warm_start_simd(const ProjectedProblem<Gru>&, Answer<>&, const Execution&);

}  // namespace tandem::rnn::projected
