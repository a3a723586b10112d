// A fixed number of sweeps of the constant-Jacobian scheme.
#include <limits>

#include "impl/rnn/iterate/iterate.hpp"

namespace tandem::rnn {

template <class Cell>
void fixed_simd(const FixedProblem<Cell>& problem, Answer<>& answer, const Execution& execution) {
  const Problem<Cell>& network = problem.network;
  require_shapes(network, answer);
  answer.iterations = problem.iterations;
  answer.repeated_steps = 0;
  if (network.length() == 0) return;
  // No step is ever right enough to be left as it is.
  const auto kernel =
      internal::make_kernel<Cell>(Scheme::constant_jacobian, internal::network_of(network), /*tolerance=*/-1);
  // No later iteration puts right what is dropped here, so it is a thousandth of what rounding loses.
  const float faded = std::numeric_limits<float>::epsilon() / 1024;
  internal::Iteration<float> iteration(network.hidden_size, network.length(), *kernel, faded, answer.states.data());
  for (std::size_t n = 0; n < problem.iterations; ++n) {
    iteration.sweep(execution);
    iteration.accept(std::numeric_limits<float>::infinity());
  }
  iteration.finish();
}

template void fixed_simd(const FixedProblem<Tanh>&, Answer<>&, const Execution&);
template void fixed_simd(const FixedProblem<TanhDiagonal>&, Answer<>&, const Execution&);

}  // namespace tandem::rnn
