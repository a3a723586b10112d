#include "claims/claim.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <stdexcept>
#include <tuple>

#include "benchmarks/suite/filter.hpp"

namespace tandem::claims {
namespace {

std::vector<Claim>& registry() {
  static std::vector<Claim> claims;
  return claims;
}

/// C2 before C10, C6a before C6b.
std::tuple<std::string, unsigned long, std::string> order(const Claim& claim) {
  const std::size_t digits = claim.id.find_first_of("0123456789");
  const unsigned long number = digits == std::string::npos ? 0 : std::stoul(claim.id.substr(digits));
  return {claim.method, number, claim.id};
}

}  // namespace

std::string to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::confirmed:
      return "confirmed";
    case Verdict::refuted:
      return "refuted";
    case Verdict::unstable:
      return "unstable";
    case Verdict::not_testable:
      return "not testable here";
  }
  throw std::logic_error("a verdict without a word");
}

const std::vector<Claim>& all_claims() { return registry(); }

Registered::Registered(std::vector<Claim> claims) {
  auto& all = registry();
  std::ranges::move(claims, std::back_inserter(all));
  std::ranges::sort(all, {}, order);
}

std::vector<Claim> select(const std::string& filter, bool full, bool hidden) {
  const auto matches = suite::filter_of(filter);
  std::vector<Claim> selected;
  std::ranges::copy_if(registry(), std::back_inserter(selected), [&](const Claim& claim) {
    return (full || claim.quick) && (hidden || !claim.hidden) && matches(claim.method + "/" + claim.id);
  });
  return selected;
}

Finding test(const Claim& claim, bool full) {
  const auto start = std::chrono::steady_clock::now();
  Finding finding{.claim = claim};
  try {
    finding.outcome = claim.experiment(full);
  } catch (const std::exception& failure) {
    finding.outcome = {.measured = std::string("the experiment failed: ") + failure.what(),
                       .verdict = Verdict::unstable};
  }
  finding.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return finding;
}

}  // namespace tandem::claims
