// rnn_gru_diagonal: the gated recurrent unit whose channels do not mix.
#include "benchmarks/rnn/support.hpp"

namespace tandem::rnn {
namespace {

constexpr std::size_t length = std::size_t{1} << 15;
constexpr Draw harsh{.gain = 1, .input_scale = 1};

Variants<GruDiagonal> variants() {
  return joined(
      {sequential_variants<GruDiagonal>(),
       step_by_step<GruDiagonal>({{suite::scheduled_only("channels_simd"), channels_simd<GruDiagonal>, simd_growth}}),
       warm_start_variants<GruDiagonal>(), scheme_variants<Scheme::jacobi, GruDiagonal>("jacobi", 200),
       scheme_variants<Scheme::constant_jacobian, GruDiagonal>("constant_jacobian", 200),
       scheme_variants<Scheme::newton, GruDiagonal>("newton", 15)});
}

const suite::Registered<Problem<GruDiagonal>, Answer<>> registered{method<GruDiagonal>(
    "rnn_gru_diagonal", "a gated recurrent unit whose channels do not mix, every state of one sequence", variants(),
    joined(
        {length_ladder<GruDiagonal>(8, harsh),
         {random_workload<GruDiagonal>("d8", 8, length, harsh), random_workload<GruDiagonal>("d64", 64, length, harsh),
          random_workload<GruDiagonal>("d256", 256, length / 2, harsh, /*quick=*/false),
          workload<GruDiagonal>("bistable_d8", 8, length,
                                [](std::uint64_t seed) { return bistable_problem<GruDiagonal>(8, length, seed); })}}),
    {"d8", "GRU of 8 separate channels over 32,768 steps"})};

}  // namespace
}  // namespace tandem::rnn
