// rnn_tanh_diagonal: x_t = tanh(a o x_{t-1} + u_t); with one channel the scalar network.
#include "benchmarks/rnn/support.hpp"

namespace tandem::rnn {
namespace {

constexpr std::size_t length = std::size_t{1} << 14;
constexpr std::size_t bistable_length = 16 * length;
constexpr Draw contractive{.gain = 0.9, .input_scale = 1};
constexpr Draw small_signals{.gain = 0.5, .input_scale = 0.1};

Variants<TanhDiagonal> variants() {
  return joined(
      {sequential_variants<TanhDiagonal>(),
       step_by_step<TanhDiagonal>({{suite::scheduled_only("channels_simd"), channels_simd<TanhDiagonal>, simd_growth}}),
       warm_start_variants<TanhDiagonal>(), scheme_variants<Scheme::jacobi, TanhDiagonal>("jacobi", 40),
       scheme_variants<Scheme::picard, TanhDiagonal>("picard", 100),
       scheme_variants<Scheme::constant_jacobian, TanhDiagonal>("constant_jacobian", 40),
       scheme_variants<Scheme::input_linearised, TanhDiagonal>("input_linearised", 40),
       scheme_variants<Scheme::newton, TanhDiagonal>("newton", 15)});
}

const suite::Registered<Problem<TanhDiagonal>, Answer<>> registered{method<TanhDiagonal>(
    "rnn_tanh_diagonal", "a tanh network whose channels do not mix, every state of one sequence", variants(),
    joined({length_ladder<TanhDiagonal>(1, contractive),
            {random_workload<TanhDiagonal>("small_signals_d1", 1, length, small_signals),
             random_workload<TanhDiagonal>("scalar", 1, 1'000'000, contractive),
             random_workload<TanhDiagonal>("d64", 64, length, contractive),
             workload<TanhDiagonal>(
                 "bistable_scalar", 1, bistable_length,
                 [](std::uint64_t seed) { return bistable_problem<TanhDiagonal>(1, bistable_length, seed); })}}),
    {"length_262144", "scalar tanh network over 262,144 steps"})};

}  // namespace
}  // namespace tandem::rnn
