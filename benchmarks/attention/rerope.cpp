// attention_rerope: relative positions that are bent beyond a window, so that two scores compete for every key.
#include "benchmarks/attention/support.hpp"

namespace tandem::attention {
namespace {

Workload bent_at(const std::string& name, std::size_t n, double window, double stretch, bool quick) {
  return workload(name, quick, {1, 1, n, n, 64}, {.causal = true}, false, [=](Problem& problem, std::uint64_t) {
    problem.rotation.width = problem.shape.width;
    problem.rotation.window = window;
    problem.rotation.stretch = stretch;
  });
}

constexpr double infinity = std::numeric_limits<double>::infinity();

const suite::Registered<Problem, Answer> registered(
    method("attention_rerope", "causal attention with ReRoPE: relative position min(i - j, w), or leaky",
           "kexue.fm 9706, 9708",
           {bent_at("n256_w64", 256, 64, infinity, false), bent_at("n512_w128", 512, 128, infinity, true),
            bent_at("n4096_w512", 4096, 512, infinity, true), bent_at("n4096_w512_leaky16", 4096, 512, 16, false)},
           {"n256_w64", "ReRoPE attention over 256 tokens, window 64"}));

}  // namespace
}  // namespace tandem::attention
