// language_model_decode: n sequences, one token of each at a time, with keys and values kept. One by one every weight
// is read for every token; in a batch once for all sequences.
#include "benchmarks/language_model_support.hpp"

namespace tandem::language_model {
namespace {

Problem awkward_problem(std::size_t count, std::uint64_t seed) {
  return random_sequences(random_model(awkward_shape(seed), seed), count % 67, 1 + count % 5, seed);
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

const suite::Registered<Problem, Answer> registered({
    .name = "language_model_decode",
    .summary = "n sequences token by token, 32 steps from the start, weights packed beforehand",
    .source = "arXiv 2302.13971",
    .baseline = "one_by_one_simd",
    .variants = {{"reference",
                  [](const Problem& problem, Answer& answer, const Execution&) { reference(problem, answer); },
                  reference_growth},
                 {"one_by_one_simd", one_by_one_simd, simd_growth},
                 {"batch_simd", batch_simd, simd_growth},
                 {"batch_simd_omp", batch_simd_omp, simd_growth},
                 {"batch_simd_tbb", batch_simd_tbb, simd_growth}},
    .workloads = workloads(),
    .problem = awkward_problem,
    .hash = hash_of_problem,
    .poison = poison,
    .compare = compare,
    .certificate = certificate,
    .work = work,
});

}  // namespace
}  // namespace tandem::language_model
