// rnn_gru: the gated recurrent unit with dense weights, the reset gate before the recurrent product.
#include "benchmarks/rnn_support.hpp"

namespace tandem::rnn {
namespace {

constexpr std::size_t length = std::size_t{1} << 14;
constexpr Draw contractive{.gain = 1, .input_scale = 1};

Variants<Gru> variants() {
  return joined({sequential_variants<Gru>(),
                 {{"sequential_eigen", sequential_eigen<Gru>, simd_growth}},
                 warm_start_variants<Gru>(),
                 scheme_variants<Scheme::jacobi, Gru>("jacobi", 60),
                 scheme_variants<Scheme::constant_jacobian, Gru>("constant_jacobian", 40),
                 scheme_variants<Scheme::newton, Gru>("newton", 15)});
}

const suite::Registered<Problem<Gru>, Answer<>> registered{method<Gru>(
    "rnn_gru", "a gated recurrent unit with dense weights, every state of one sequence", variants(),
    joined({length_ladder<Gru>(8, contractive),
            {random_workload<Gru>("d8", 8, length, contractive), random_workload<Gru>("d128", 128, length, contractive),
             workload<Gru>("bistable_d128", 128, length,
                           [](std::uint64_t seed) { return bistable_problem<Gru>(128, length, seed); })}}))};

}  // namespace
}  // namespace tandem::rnn
