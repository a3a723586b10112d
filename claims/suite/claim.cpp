#include "claims/suite/claim.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
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

Outcome tried(const Claim& claim, bool full) {
  try {
    Outcome outcome = claim.experiment(full);
    std::ranges::for_each(outcome.data, require_drawable);
    if (outcome.cases > 0 || outcome.verdict == Verdict::not_testable) return outcome;
    return not_testable("no case was looked at: " + outcome.measured);
  } catch (const std::exception& failure) {
    return not_testable(std::string("the experiment failed: ") + failure.what());
  }
}

}  // namespace

const std::vector<Claim>& all_claims() { return registry(); }

RegisteredClaims::RegisteredClaims(std::vector<Claim> claims) {
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
  const Outcome outcome = tried(claim, full);
  return {claim, outcome, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count()};
}

}  // namespace tandem::claims
