// rnn_tanh: x_t = tanh(A x_{t-1} + u_t) with a dense A.
#include "benchmarks/rnn/support.hpp"

namespace tandem::rnn {
namespace {

constexpr std::size_t length = std::size_t{1} << 14;
constexpr Draw contractive{.gain = 0.9, .input_scale = 1};
constexpr Draw small_signals{.gain = 0.5, .input_scale = 0.1};

Variants<Tanh> variants() {
  return joined({sequential_variants<Tanh>(),
                 step_by_step<Tanh>({{"sequential_eigen", sequential_eigen<Tanh>, simd_growth}}),
                 warm_start_variants<Tanh>(),
                 scheme_variants<Scheme::jacobi, Tanh>("jacobi", 40),
                 scheme_variants<Scheme::picard, Tanh>("picard", 100),
                 scheme_variants<Scheme::constant_jacobian, Tanh>("constant_jacobian", 40),
                 scheme_variants<Scheme::input_linearised, Tanh>("input_linearised", 40),
                 scheme_variants<Scheme::newton, Tanh>("newton", 15),
                 scheme_variants<Scheme::quasi_newton, Tanh>("quasi_newton", 40),
                 {{"newton_eigen", newton_eigen, {1, 15 * simd_growth.constant}}}});
}

const suite::Registered<Problem<Tanh>, Answer<>> registered{method<Tanh>(
    "rnn_tanh", "a tanh network with dense weights, every state of one sequence", variants(),
    joined({length_ladder<Tanh>(8, contractive),
            {random_workload<Tanh>("small_signals_d8", 8, length, small_signals),
             random_workload<Tanh>("d8", 8, length, contractive, /*quick=*/false),
             random_workload<Tanh>("d64_short", 64, length / 4, contractive, /*quick=*/false),
             random_workload<Tanh>("d64", 64, length, contractive, /*quick=*/false),
             random_workload<Tanh>("d128", 128, length, contractive),
             random_workload<Tanh>("d256", 256, length, contractive),
             random_workload<Tanh>("d512", 512, length, contractive, /*quick=*/false),
             workload<Tanh>("bistable_d128", 128, length,
                            [](std::uint64_t seed) { return bistable_problem<Tanh>(128, length, seed); })}}),
    {"d64_short", "tanh network of 64 units over 4,096 steps"})};

}  // namespace
}  // namespace tandem::rnn
