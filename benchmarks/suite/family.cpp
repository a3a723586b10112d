#include "benchmarks/suite/family.hpp"

#include <algorithm>
#include <utility>

namespace tandem::suite {
namespace {

/// Built before whatever registers itself, in any order of the files.
std::vector<Family>& registered_families() {
  static std::vector<Family> registered;
  return registered;
}

}  // namespace

const std::vector<Family>& families() { return registered_families(); }

RegisteredFamily::RegisteredFamily(Family family) {
  auto& all = registered_families();
  all.insert(std::ranges::upper_bound(all, family.name, {}, &Family::name), std::move(family));
}

}  // namespace tandem::suite
