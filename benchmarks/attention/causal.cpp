// attention_causal: a query sees the keys up to its own place.
#include "benchmarks/attention/support.hpp"
#include "problems/attention/problems.hpp"

namespace tandem::attention {
namespace {

constexpr Mask causal{.causal = true, .window = 0};

Shape square(std::size_t heads, std::size_t n, std::size_t width) { return {heads, heads, n, n, width}; }

void log_n_of_each_row(Problem& problem, std::uint64_t) {
  problem.scaling = {.policy = Scale::logarithmic, .per_row = true};
}

/// RoPE with query and key bias, kexue.fm 9577.
void rotated_with_bias(Problem& problem, std::uint64_t seed) {
  problem.rotation.width = problem.shape.width;
  problem.query_bias = normal_numbers(problem.shape.heads * problem.shape.width, 1, seed, 3);
  problem.key_bias = normal_numbers(problem.shape.key_heads * problem.shape.width, 1, seed, 4);
}

void alibi(Problem& problem, std::uint64_t) { problem.relative.kind = Relative::alibi; }

std::vector<Workload> workloads() {
  const Shape grouped{8, 2, 1024, 1024, 64};
  return {workload("h4_n256_d64", true, square(4, 256, 64), causal),
          workload("h4_n1024_d64", true, square(4, 1024, 64), causal),
          workload("h8_of_2_n1024_d64", false, grouped, causal),
          workload("n4096_d64", true, square(1, 4096, 64), causal),
          workload("n4096_d128", false, square(1, 4096, 128), causal),
          workload("n4096_d64_log_n", false, square(1, 4096, 64), causal, false, log_n_of_each_row),
          workload("n4096_d64_rope_bias", true, square(1, 4096, 64), causal, false, rotated_with_bias),
          workload("n4096_d64_alibi", false, square(1, 4096, 64), causal, false, alibi)};
}

const suite::Registered<Problem, Answer> registered(
    method("attention_causal", "the same where a query sees the keys up to its own place; RoPE, biases",
           "kexue.fm 9588, 9577; arXiv 2104.09864, 2108.12409", workloads(),
           {"h4_n256_d64", "causal attention of 4 heads over 256 tokens"}));

}  // namespace
}  // namespace tandem::attention
