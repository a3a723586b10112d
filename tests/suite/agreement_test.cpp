// The generic agreement test: every variant of every registered method, at awkward sizes and on every quick workload,
// at 1 to 4 threads, on every SIMD target of this machine.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <tuple>

#include "benchmarks/suite/check.hpp"
#include "benchmarks/suite/registry.hpp"
#include "benchmarks/suite/selection.hpp"
#include "benchmarks/suite/simd_target.hpp"
#include "tests/support/agreement.hpp"
#include "tests/support/full_speed.hpp"

namespace tandem::suite {
namespace {

std::vector<std::string> method_names() {
  std::vector<std::string> names;
  for (const auto& method : methods()) names.push_back(method->name);
  return names;
}

std::vector<std::string> target_names() {
  std::vector<std::string> names;
  for (const SimdTarget& target : simd_targets()) names.push_back(target.name);
  return names;
}

class Agreement : public testing::TestWithParam<std::tuple<std::string, std::string>> {
 protected:
  const AnyMethod& method() const { return method_named(std::get<0>(GetParam())); }

 private:
  PinnedSimdTarget pinned_{simd_target_named(std::get<1>(GetParam())).id};
};

TEST_P(Agreement, AtAwkwardSizes) {
  for (const std::size_t count : awkward_counts(method())) {
    // Each is two problems already; the large ones have room for the variety that small ones take more seeds for.
    const std::uint64_t seeds = test::full_speed && count <= 257 ? 3 : 1;
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
      CheckOptions options;
      options.seed = seed;
      const CheckedWorkload checked = check_count(method(), count, options);
      EXPECT_THAT(test::failures_of(checked), testing::IsEmpty());
      EXPECT_GT(test::checks_that_ran(checked), 1U) << "nothing was compared";
    }
  }
}

TEST_P(Agreement, OnQuickWorkloads) {
  // The large sizes are checked by every run before they are timed, the widest target is the one that is run, and
  // instrumented code takes ten times as long.
  const bool large = test::full_speed && std::get<1>(GetParam()) == simd_targets().front().name;
  CheckOptions options;
  options.step_budget = large ? 3e7 : 3e6;
  for (const SelectedWorkload& selected : select({.filter = "^" + method().name + "/", .hidden = true})) {
    if (!large && selected.card().items > 1e6) continue;
    const CheckedWorkload checked = check_workload(selected, options);
    EXPECT_THAT(test::failures_of(checked), testing::IsEmpty());
    if (large && checked.affordable) {
      EXPECT_GT(test::checks_that_ran(checked), 1U) << "nothing was compared on " << selected.card().name;
    }
  }
}

// A rule that needs what only the reference finds has to say what holds where it was too slow to run.
TEST(AgreementWithoutTheReference, HoldsOnQuickWorkloads) {
  std::size_t ran = 0;
  for (const SelectedWorkload& selected : select({.filter = "", .hidden = true})) {
    const WorkloadCard& card = selected.card();
    CheckOptions options;
    options.step_budget = 0.999 * card.items * selected.method->variants.front().growth.steps(card.size);
    if (card.items > 1e6 || options.step_budget > (test::full_speed ? 1.2e7 : 3e6)) continue;
    const CheckedWorkload checked = check_workload(selected, options);
    EXPECT_THAT(test::failures_of(checked), testing::IsEmpty());
    if (checked.affordable) ran += test::checks_that_ran(checked);
  }
  EXPECT_GT(ran, 100U);
}

INSTANTIATE_TEST_SUITE_P(Registry, Agreement,
                         testing::Combine(testing::ValuesIn(method_names()), testing::ValuesIn(target_names())),
                         [](const auto& parameters) {
                           return std::get<0>(parameters.param) + "_on_" + std::get<1>(parameters.param);
                         });

}  // namespace
}  // namespace tandem::suite
