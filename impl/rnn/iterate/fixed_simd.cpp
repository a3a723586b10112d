// A fixed number of sweeps of the constant-Jacobian scheme.
#include <limits>

#include "impl/rnn/iterate/iterate.hpp"
#include "impl/support/parallel.hpp"

namespace tandem::rnn {
namespace {

template <class Scheduler, class Cell>
void run(const FixedProblem<Cell>& problem, Answer<>& answer, const Execution& execution) {
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
    iteration.template sweep<Scheduler>(execution);
    iteration.accept(std::numeric_limits<float>::infinity());
  }
  iteration.finish();
}

}  // namespace

template <class Cell>
void fixed_simd(const FixedProblem<Cell>& problem, Answer<>& answer, const Execution&) {
  run<Sequential>(problem, answer, {});
}
template <class Cell>
void fixed_simd_omp(const FixedProblem<Cell>& problem, Answer<>& answer, const Execution& execution) {
  run<OpenMp>(problem, answer, execution);
}
template <class Cell>
void fixed_simd_tbb(const FixedProblem<Cell>& problem, Answer<>& answer, const Execution& execution) {
  run<OneTbb>(problem, answer, execution);
}

#define TANDEM_RNN_FIXED(Cell)                                                          \
  template void fixed_simd(const FixedProblem<Cell>&, Answer<>&, const Execution&);     \
  template void fixed_simd_omp(const FixedProblem<Cell>&, Answer<>&, const Execution&); \
  template void fixed_simd_tbb(const FixedProblem<Cell>&, Answer<>&, const Execution&);
TANDEM_RNN_FIXED(Tanh)
TANDEM_RNN_FIXED(TanhDiagonal)
#undef TANDEM_RNN_FIXED

}  // namespace tandem::rnn
