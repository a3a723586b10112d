// attention_window: a query sees its own place and the keys shortly before.
#include "benchmarks/attention/support.hpp"

namespace tandem::attention {
namespace {

Workload windowed(std::size_t n, std::size_t window, bool quick) {
  return workload("n" + std::to_string(n) + "_w" + std::to_string(window), quick, {1, 1, n, n, 64},
                  {.causal = true, .window = window});
}

const suite::Registered<Problem, Answer> registered(
    method("attention_window", "causal attention within a sliding window", "kexue.fm 9603, 9431",
           {windowed(1024, 128, true), windowed(8192, 512, true), windowed(65536, 512, false)},
           {"n1024_w128", "attention over 1,024 tokens in a window of 128"}));

}  // namespace
}  // namespace tandem::attention
