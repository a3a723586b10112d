// Which rows a budget buys first, and that every method has a workload that says what it is worth.
#include "program/worth.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "program/measure.hpp"

namespace tandem::program {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct MadeUp final : suite::AnyMethod {
  MadeUp() {
    name = "made_up";
    for (const char* variant : {"reference", "scan", "scan_simd", "scan_simd_omp", "scan_simd_tbb", "table_eigen",
                                "table_omp", "peer_other", "eigen", "simd", "simd_omp", "simd_tbb"}) {
      variants.push_back({.name = variant, .traits = suite::VariantTraits(variant), .growth = {1, 1}});
    }
    workloads = {{.name = "slow", .size = 1e6, .items = 1, .fitted = false, .quick = false},
                 {.name = "quick", .size = 1e6, .items = 1, .fitted = false, .quick = true},
                 {.name = "headline", .size = 1e6, .items = 1, .fitted = false, .quick = false, .headline = "words"}};
  }
  std::unique_ptr<suite::Case> make_case(std::size_t, std::uint64_t) const override { return nullptr; }
  std::unique_ptr<suite::Case> make_case_of_count(std::size_t, std::uint64_t) const override { return nullptr; }

  suite::SelectedWorkload all(std::size_t workload) const {
    suite::SelectedWorkload selected{this, workload, {}};
    for (std::size_t i = 0; i < variants.size(); ++i) selected.variants.push_back(i);
    return selected;
  }
};

std::vector<std::string> names_of(const Portion& portion) {
  std::vector<std::string> names;
  for (const std::size_t variant : portion.selected.variants) {
    names.push_back(portion.selected.method->variants[variant].name);
  }
  return names;
}

TEST(Idea, IsTheNameWithoutItsForm) {
  EXPECT_EQ(idea_of("newton_simd_omp"), "newton");
  EXPECT_EQ(idea_of("newton_simd"), "newton");
  EXPECT_EQ(idea_of("newton_eigen_tbb"), "newton");
  EXPECT_EQ(idea_of("newton"), "newton");
  EXPECT_EQ(idea_of("simd_omp"), "");
  EXPECT_EQ(idea_of("eigen"), "");
  EXPECT_EQ(idea_of("unsimd"), "unsimd");
}

TEST(Portions, AreTheBestFormsThenTheOthersThenFewerThreads) {
  const MadeUp method;
  const auto [first, second, third] = portions_of(method.all(0), {1, 2, 4});
  EXPECT_THAT(names_of(first), ElementsAre("reference", "scan_simd", "scan_simd_omp", "table_eigen", "table_omp",
                                           "peer_other", "simd", "simd_omp"));
  EXPECT_THAT(first.threads, ElementsAre(4));
  EXPECT_THAT(names_of(second), ElementsAre("scan", "scan_simd_tbb", "eigen", "simd_tbb"));
  EXPECT_THAT(second.threads, ElementsAre(4));
  EXPECT_THAT(names_of(third), ElementsAre("scan_simd_omp", "scan_simd_tbb", "table_omp", "simd_omp", "simd_tbb"));
  EXPECT_THAT(third.threads, ElementsAre(1, 2));
  EXPECT_EQ(first.rows() + second.rows() + third.rows(), 7U + 5 * 3);
}

TEST(Portions, OnOneCoreHaveNoFewerThreads) {
  const MadeUp method;
  const auto portions = portions_of(method.all(0), {1});
  EXPECT_THAT(portions[2].selected.variants, IsEmpty());
  EXPECT_EQ(portions[0].rows() + portions[1].rows(), method.variants.size());
}

TEST(Worth, IsMostForHeadlinesAndLeastForSlowWorkloads) {
  const MadeUp method;
  std::vector<std::string> order;
  for (const Portion& portion : by_worth({method.all(0), method.all(1), method.all(2)}, {1, 2})) {
    order.push_back(portion.selected.card().name + " " + names_of(portion).front() + " " +
                    std::to_string(portion.rank));
  }
  EXPECT_THAT(order, ElementsAre("headline reference 0", "quick reference 1", "headline scan 2", "quick scan 3",
                                 "headline scan_simd_omp 4", "quick scan_simd_omp 5", "slow reference 6", "slow scan 6",
                                 "slow scan_simd_omp 6"));
}

TEST(Frugal, AgreesAtItsThreadCountsAndAtThree) {
  const MadeUp method;
  const Portion portion{method.all(1), {2}};
  const suite::RaceOptions options = frugal(race_options(false, 7), portion);
  EXPECT_THAT(options.threads, ElementsAre(2));
  EXPECT_THAT(options.check.threads, ElementsAre(2, 3));
  EXPECT_EQ(options.check.seed, 7U);
  EXPECT_TRUE(options.until_settled);
  EXPECT_LT(options.check.step_budget, frugal(race_options(false, 7), {method.all(2), {2}}).check.step_budget);
}

TEST(ExpectedSeconds, GrowWithRowsAndThreadsAndLeaveOutWhatIsTooLong) {
  MadeUp method;
  const suite::RaceOptions options = frugal(race_options(false, 1), {method.all(2), {1}});
  const auto seconds = [&](std::vector<std::size_t> variants, std::vector<int> threads) {
    return expected_seconds({{&method, 2, std::move(variants)}, std::move(threads)}, options);
  };
  EXPECT_LT(seconds({0}, {1}), seconds({0, 1}, {1}));
  EXPECT_LT(seconds({3}, {1}), seconds({3}, {1, 2}));
  method.workloads[2].size = 1e12;
  EXPECT_EQ(seconds({0}, {1}), seconds({}, {1}));
}

TEST(Methods, HaveAHeadlineWhoseReferenceIsAffordable) {
  for (const auto& method : suite::methods()) {
    if (method->hidden) continue;
    std::size_t headlines = 0;
    for (const suite::WorkloadCard& workload : method->workloads) {
      if (workload.headline.empty()) continue;
      ++headlines;
      EXPECT_LE(workload.headline.size(), 60U) << workload.headline << ": a line of a table holds no more";
      EXPECT_LE(workload.items * method->variants.front().growth.steps(workload.size),
                suite::CheckOptions{}.step_budget)
          << method->name << "/" << workload.name << " is too large for its reference";
    }
    EXPECT_GE(headlines, 1U) << method->name << " has no headline workload";
  }
}

}  // namespace
}  // namespace tandem::program
