// The dense cells in chunks of the sequence: impl/rnn/warm_start/warm_start.hpp with the kernels of
// dense_lockstep_simd.cpp.
#include "impl/rnn/warm_start/dense_lockstep.hpp"
#include "impl/rnn/warm_start/warm_start.hpp"

namespace tandem::rnn {
namespace {

template <class Cell>
void run(const Problem<Cell>& problem, Answer<>& answer, const Execution& execution) {
  require_shapes(problem, answer);
  warm_start(problem, answer, execution, *dense_lockstep(problem, answer));
}

}  // namespace

template <>
void warm_start_simd(const Problem<Tanh>& problem, Answer<>& answer, const Execution& execution) {
  run(problem, answer, execution);
}

template <>
void warm_start_simd(const Problem<Gru>& problem, Answer<>& answer, const Execution& execution) {
  run(problem, answer, execution);
}

}  // namespace tandem::rnn
