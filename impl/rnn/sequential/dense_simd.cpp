// The dense cells, one step after the other.
#include "impl/rnn/warm_start/dense_lockstep.hpp"

namespace tandem::rnn {
namespace {

template <class Cell>
void run(const Problem<Cell>& problem, Answer<>& answer) {
  require_shapes(problem, answer);
  Stretch all{0, problem.initial_state.data()};
  dense_lockstep(problem, answer)->advance({&all, 1}, problem.length(), never_meet);
  answer.iterations = 1;
  answer.repeated_steps = 0;
}

}  // namespace

template <>
void sequential_simd(const Problem<Tanh>& problem, Answer<>& answer, const Execution&) {
  run(problem, answer);
}

template <>
void sequential_simd(const Problem<Gru>& problem, Answer<>& answer, const Execution&) {
  run(problem, answer);
}

}  // namespace tandem::rnn
