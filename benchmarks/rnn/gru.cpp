// rnn_gru: the gated recurrent unit with dense weights, the reset gate before the recurrent product.
#include "benchmarks/rnn/support.hpp"
#include "problems/rnn/lac.hpp"

namespace tandem::rnn {
namespace {

constexpr std::size_t length = std::size_t{1} << 14;
constexpr Draw contractive{.gain = 1, .input_scale = 1};

Variants<Gru> variants() {
  return joined({sequential_variants<Gru>(),
                 step_by_step<Gru>({{"sequential_eigen", sequential_eigen<Gru>, simd_growth}}),
                 warm_start_variants<Gru>(), scheme_variants<Scheme::jacobi, Gru>("jacobi", 60),
                 scheme_variants<Scheme::constant_jacobian, Gru>("constant_jacobian", 40),
                 scheme_variants<Scheme::newton, Gru>("newton", 15)});
}

/// The first layer of a network that was trained to segment Chinese, on real text, where both are there: weights that
/// forget in hundreds of steps instead of a few.
std::vector<suite::Workload<Problem<Gru>>> lac_workloads() {
  if (!lac::data_is_there()) return {};
  constexpr std::size_t characters = std::size_t{1} << 17;
  const auto layer = [](lac::Text text) {
    return [text](std::uint64_t seed) { return lac::first_layer(text, characters, seed); };
  };
  return {workload<Gru>("lac_chinese_131k", 128, characters, layer(lac::Text::chinese)),
          workload<Gru>("lac_whole_text_131k", 128, characters, layer(lac::Text::whole), /*quick=*/false)};
}

const suite::Registered<Problem<Gru>, Answer<>> registered{
    method<Gru>("rnn_gru", "a gated recurrent unit with dense weights, every state of one sequence", variants(),
                joined({length_ladder<Gru>(8, contractive),
                        {random_workload<Gru>("d8", 8, length, contractive, /*quick=*/false),
                         random_workload<Gru>("d64_short", 64, length / 8, contractive, /*quick=*/false),
                         random_workload<Gru>("d128", 128, length, contractive),
                         workload<Gru>("bistable_d128", 128, length,
                                       [](std::uint64_t seed) { return bistable_problem<Gru>(128, length, seed); })},
                        lac_workloads()}),
                {"d64_short", "GRU of 64 units over 2,048 steps"})};

}  // namespace
}  // namespace tandem::rnn
