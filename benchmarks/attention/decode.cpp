// attention_decode: one query of each head against a cache of keys and values.
#include "benchmarks/attention/support.hpp"

namespace tandem::attention {
namespace {

Workload cached(std::size_t heads, std::size_t key_heads, std::size_t keys, bool quick, bool fitted) {
  std::string name = "n" + std::to_string(keys);
  if (heads != 1) name = "h" + std::to_string(heads) + "_of_" + std::to_string(key_heads) + "_" + name;
  return workload(name, quick, {heads, key_heads, 1, keys, 64}, {.causal = true}, fitted);
}

const suite::Registered<Problem, Answer> registered(
    method("attention_decode", "one query of each head against a cache of keys and values", "kexue.fm 9588",
           {cached(1, 1, 4096, true, true), cached(1, 1, 16384, false, true), cached(1, 1, 65536, true, true),
            cached(8, 8, 4096, false, false), cached(8, 2, 4096, false, false)},
           {"n4096", "one query against 4,096 cached keys"}));

}  // namespace
}  // namespace tandem::attention
