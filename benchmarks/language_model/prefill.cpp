// language_model_prefill: a prompt as matrix products. The weights are packed beforehand, once for all prompts.
#include "benchmarks/language_model/support.hpp"
#include "problems/support/data.hpp"

namespace tandem::language_model {
namespace {

Problem awkward_problem(std::size_t count, std::uint64_t seed) {
  return random_problem(random_model(awkward_shape(seed), seed), 1, count, seed);
}

std::vector<suite::Workload<Problem>> workloads() {
  std::vector<suite::Workload<Problem>> all = {
      random_workload("stories_64", stories_shape, 1, 64, /*quick=*/false),
      random_workload("stories_512", stories_shape, 1, 512, /*quick=*/false),
      random_workload("shipped_64", shipped_shape, 1, 64, /*quick=*/false),
      random_workload("shipped_256", shipped_shape, 1, 256),
      random_workload("shipped_4096", shipped_shape, 1, 4096, /*quick=*/false),
  };
  if (const auto file = problems::optional_data("stories260K.bin")) {  // trained weights, where they are present
    all.push_back(workload("stories260K_256", stories_shape, 1, 256, [path = *file](std::uint64_t seed) {
      return random_problem(load_model(path), 1, 256, seed);
    }));
  }
  return all;
}

const suite::Registered<Problem, Answer> registered(
    method("language_model_prefill", "logits after every token of a prompt, weights packed beforehand", "products_simd",
           {{"step_by_step_simd", one_by_one_simd, simd_growth},
            {suite::scheduled("products_simd"), prefill_simd, simd_growth}},
           workloads(), {"shipped_64", "a language model reading 64 tokens"}, awkward_problem));

}  // namespace
}  // namespace tandem::language_model
