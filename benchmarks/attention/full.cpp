// attention_full: every query sees every key.
#include "benchmarks/attention/support.hpp"

namespace tandem::attention {
namespace {

Shape square(std::size_t heads, std::size_t n, std::size_t width) { return {heads, heads, n, n, width}; }

std::vector<Workload> workloads() {
  std::vector<Workload> all = {
      workload("h4_n256_d64", true, square(4, 256, 64), {}),
      workload("h4_n1024_d64", true, square(4, 1024, 64), {}),
      workload("n4096_d64", true, square(1, 4096, 64), {}),
      workload("n4096_d128", false, square(1, 4096, 128), {}),
      workload("n4096_d32", false, square(1, 4096, 32), {}),
      workload("n4096_d80", false, square(1, 4096, 80), {}),
      workload("n4096_d256", false, square(1, 4096, 256), {}),
      workload("n4001_d64", false, square(1, 4001, 64), {}),
      workload("n4096_d64_log_n", false, square(1, 4096, 64), {}, false,
               [](Problem& problem, std::uint64_t) { problem.scaling.policy = Scale::logarithmic; })};
  for (std::size_t n = 16; n <= 8192; n *= 2) {
    all.push_back(workload("growth_n" + std::to_string(n), false, square(1, n, 64), {}, true));
  }
  return all;
}

const suite::Registered<Problem, Answer> registered(
    method("attention_full", "softmax(f(n) Q K^T / sqrt(d)) V with the entropy of every row",
           "kexue.fm 9588, 8823; arXiv 1706.03762, 2205.14135", workloads(),
           {"h4_n256_d64", "attention of 4 heads over 256 tokens"}));

}  // namespace
}  // namespace tandem::attention
