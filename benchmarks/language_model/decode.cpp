// language_model_decode: n sequences, one token of each at a time, with keys and values kept. One by one every weight
// is read for every token; in a batch once for all sequences.
#include "benchmarks/language_model/support.hpp"

namespace tandem::language_model {
namespace {

Problem awkward_problem(std::size_t count, std::uint64_t seed) {
  return random_problem(random_model(awkward_shape(seed), seed), count % 67, 1 + count % 5, seed);
}

std::vector<suite::Workload<Problem>> workloads() {
  std::vector<suite::Workload<Problem>> all;
  for (const std::size_t count : {2, 13}) {
    all.push_back(random_workload("stories_x" + std::to_string(count), stories_shape, count, 32, /*quick=*/false));
  }
  for (const std::size_t count : {1, 2, 3, 5, 9, 13, 17, 33, 65}) {
    const bool quick = count == 1 || count == 13;
    all.push_back(random_workload("shipped_x" + std::to_string(count), shipped_shape, count, 32, quick));
  }
  return all;
}

const suite::Registered<Problem, Answer> registered(method(
    "language_model_decode", "n sequences token by token, 32 steps from the start, weights packed beforehand",
    "one_by_one_simd",
    {{"one_by_one_simd", one_by_one_simd, simd_growth}, {suite::scheduled("batch_simd"), batch_simd, simd_growth}},
    workloads(), {"shipped_x1", "a language model writing 32 tokens"}, awkward_problem));

}  // namespace
}  // namespace tandem::language_model
