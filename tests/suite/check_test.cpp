// The check before a number refuses what it must, by name, and lets the honest variant pass.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "benchmarks/suite/check.hpp"
#include "benchmarks/suite/race.hpp"
#include "impl/skeleton/skeleton.hpp"
#include "impl/support/no_answer.hpp"
#include "tests/support/agreement.hpp"

namespace tandem::suite {
namespace {

using testing::HasSubstr;
using testing::Not;

SelectedWorkload broken_workload() { return select({.filter = "^broken/"}).front(); }

const Check& check_of(const CheckedWorkload& checked, std::string_view variant, int threads = 1) {
  const Check* check = checked.find(variant, threads);
  if (check == nullptr) throw std::runtime_error("no check of " + std::string(variant));
  return *check;
}

TEST(Check, LetsTheHonestVariantPass) {
  const CheckedWorkload checked = check_workload(broken_workload(), {});
  EXPECT_TRUE(check_of(checked, "honest").agrees);
  EXPECT_TRUE(check_of(checked, "reference").agrees);
}

TEST(Check, RefusesANullKernel) { EXPECT_FALSE(check_of(check_workload(broken_workload(), {}), "null_kernel").agrees); }

TEST(Check, NamesTheFirstWrongElement) {
  const CheckedWorkload checked = check_workload(broken_workload(), {});
  EXPECT_FALSE(check_of(checked, "wrong_element").agrees);
  EXPECT_THAT(check_of(checked, "wrong_element").message, HasSubstr("element 7 of y"));
}

TEST(Check, RefusesAKernelWrongOnlyAtThreeThreads) {
  const CheckedWorkload checked = check_workload(broken_workload(), {});
  EXPECT_TRUE(check_of(checked, "wrong_at_three_threads_omp", 1).agrees);
  EXPECT_TRUE(check_of(checked, "wrong_at_three_threads_omp", 2).agrees);
  EXPECT_FALSE(check_of(checked, "wrong_at_three_threads_omp", 3).agrees);
}

TEST(Check, RefusesAKeptAnswer) { EXPECT_FALSE(check_of(check_workload(broken_workload(), {}), "kept_answer").agrees); }

TEST(Check, RefusesAVariantThatThrows) {
  EXPECT_THAT(check_of(check_workload(broken_workload(), {}), "throws").message, HasSubstr("out of luck"));
}

TEST(Check, LeavesOutAVariantThatSaysItHasNoAnswer) {
  const CheckedWorkload checked = check_workload(broken_workload(), {});
  const Check& check = check_of(checked, "declines");
  EXPECT_FALSE(check.ran);
  EXPECT_TRUE(check.agrees);
  EXPECT_EQ(check.message, "not converged after 3 iterations");
}

TEST(Check, AwkwardSizesAreThoseOfTheKernelsToo) {
  EXPECT_THAT(awkward_counts(method_named("skeleton")),
              testing::IsSupersetOf(
                  {std::size_t{0}, std::size_t{1}, skeleton::grain - 1, skeleton::grain, skeleton::grain + 1}));
}

TEST(Check, PassesOverTheOtherSeedWhereAVariantDoesNotTakeIt) {
  const CheckedWorkload checked = check_workload(broken_workload(), {});
  EXPECT_TRUE(check_of(checked, "takes_one_seed").ran);
  EXPECT_TRUE(check_of(checked, "takes_one_seed").agrees) << check_of(checked, "takes_one_seed").message;
  const CheckedWorkload other = check_workload(broken_workload(), {.seed = 2});
  EXPECT_FALSE(check_of(other, "takes_one_seed").ran);
}

TEST(Check, LeavesOutWhatNoVariantCanAfford) {
  CheckOptions options;
  options.step_budget = 1;
  const CheckedWorkload checked = check_workload(broken_workload(), options);
  EXPECT_FALSE(checked.affordable);
  for (const Check& check : checked.checks) EXPECT_TRUE(!check.ran && check.agrees) << check.message;
  RaceOptions race_options;
  race_options.check = options;
  race_options.threads = {1, 2};
  for (const Row& row : race(broken_workload(), race_options, {})) {
    EXPECT_EQ(row.status, RowStatus::left_out) << row.name();
  }
}

TEST(Check, DoesNotMakeWhatNoVariantCanAfford) {
  CheckOptions options;
  options.step_budget = 0.5;  // its make throws
  const CheckedWorkload checked = check_workload(select({.filter = "^broken_make/"}).front(), options);
  EXPECT_FALSE(checked.affordable);
  for (const Check& check : checked.checks) EXPECT_TRUE(!check.ran && check.agrees) << check.message;
}

class BreaksInAPart : public testing::TestWithParam<std::pair<const char*, const char*>> {
 protected:
  std::string filter() const { return std::string("^") + GetParam().first + "/"; }
};

TEST_P(BreaksInAPart, AndLosesItsWorkloadAlone) {
  const CheckedWorkload checked = check_workload(select({.filter = filter()}).front(), {});
  EXPECT_EQ(checked.problem, nullptr);
  ASSERT_EQ(checked.checks.size(), 2U);
  for (const Check& check : checked.checks) {
    EXPECT_FALSE(check.agrees);
    EXPECT_THAT(check.message, HasSubstr(GetParam().second));
  }
  EXPECT_THAT(test::failures_of(checked), Not(testing::IsEmpty())) << "the agreement test would pass over it";
  for (const Row& row : race(select({.filter = filter()}).front(), {}, {})) {
    EXPECT_EQ(row.status, RowStatus::disagrees) << row.name();
  }
}

INSTANTIATE_TEST_SUITE_P(Check, BreaksInAPart,
                         testing::Values(std::pair("broken_make", "no data"),
                                         std::pair("broken_fields", "no tolerance"),
                                         std::pair("broken_description", "leaves out the answer"),
                                         std::pair("broken_certificate", "no std::exception"),
                                         std::pair("broken_hash", "no memory"),
                                         std::pair("broken_reference", "it is no answer"),
                                         std::pair("broken_silence", "output was never written")),
                         [](const auto& parameters) { return std::string(parameters.param.first); });

TEST(Race, AMethodThatCannotCountItsWorkHasNoTime) {
  for (const Row& row : race(select({.filter = "^broken_work/"}).front(), {}, {})) {
    EXPECT_EQ(row.status, RowStatus::disagrees) << row.name();
    EXPECT_THAT(row.message, HasSubstr("no count"));
  }
}

TEST(Agreement, KeepsANaN) {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  Agreement worst;
  worst.include({.error = nan, .tolerance = 1, .message = "a NaN"});
  worst.include({.error = 0, .tolerance = 1});
  worst.include({.error = 2, .tolerance = 1, .message = "off"});
  EXPECT_FALSE(worst.agrees());
  EXPECT_EQ(worst.message, "a NaN");
}

TEST(Agreement, ShowsTheFieldThatIsFarthestOff) {
  Agreement worst;
  worst.include({.error = 0, .tolerance = 0});
  worst.include({.error = 0.5, .tolerance = 1});
  worst.include({.error = 1e-6, .tolerance = 1e-3});
  EXPECT_EQ(worst.error, 0.5);
  EXPECT_EQ(worst.tolerance, 1);
  worst.include({.error = 1, .tolerance = 0, .message = "none is tolerated"});
  EXPECT_FALSE(worst.agrees());
  worst.include({.error = 0, .tolerance = std::numeric_limits<double>::quiet_NaN()});
  EXPECT_FALSE(worst.agrees());
}

TEST(Row, KeepsANaN) {
  Check wrong;
  wrong.variant = "simd";
  wrong.error = std::numeric_limits<double>::quiet_NaN();
  Check right = wrong;
  right.error = 0;
  Row row;
  row.variant = "simd";
  apply_checks(row, {wrong, right}, 1);
  EXPECT_TRUE(std::isnan(row.agreement_error));
}

/// A method that gives its input back, with one variant beside the reference.
Method<int, int> echo(const char* name, const char* variant, void (*run)(const int&, int&, const Execution&)) {
  return {
      .name = name,
      .summary = "the input",
      .source = "this project",
      .variants = {{"reference", [](const int& input, int& output, const Execution&) { output = input; }, {1, 1}},
                   {variant, run, {1, 1}}},
      .workloads = {{.name = "one", .size = 1, .make = [](std::uint64_t) { return 1; }}},
      .problem = [](std::size_t, std::uint64_t) { return 1; },
      .fields = [](const int&, Fields<int>& fields) { fields.equal("output", itself); },
      .certificate = [](const int&, const int&) { return std::nullopt; },
      .work = [](const int&, const int&) { return Work{}; },
  };
}

int decliner_runs = 0;

const Registered<int, int> decliners{echo("decliners", "decliner_omp", [](const int&, int&, const Execution&) {
  ++decliner_runs;
  throw NoAnswer("not converged");
})};

TEST(Check, AsksForNoAnswerOnce) {
  decliner_runs = 0;
  const CheckedWorkload checked = check_workload(select({.filter = "^decliners/"}).front(), {.threads = {1, 2, 3}});
  EXPECT_EQ(decliner_runs, 1);
  for (const int threads : {1, 2, 3}) {
    const Check& check = check_of(checked, "decliner_omp", threads);
    EXPECT_FALSE(check.ran) << threads;
    EXPECT_TRUE(check.agrees) << threads;
    EXPECT_EQ(check.message, "not converged") << threads;
  }
}

TEST(Race, RefusesNothingAndShowsNoShareWhereNoRoofIsKnown) {
  RaceOptions options;
  options.rounds = 8;
  const Roof unknown{.least = [](const Work&, int) { return LeastTime{}; },
                     .remeasure = [] { FAIL() << "nothing is below 0"; }};
  for (const Row& row : race(broken_workload(), options, unknown)) {
    EXPECT_NE(row.status, RowStatus::impossible) << row.name();
    EXPECT_FALSE(row.roof) << row.name();
  }
}

TEST(Race, RefusesByNameAndTimesTheRest) {
  RaceOptions options;
  options.rounds = 8;
  // 5 operations a nanosecond: more than a chain of dependent ones allows, far less than a copy of a kept answer
  // pretends to, even when a sanitizer slows the copy.
  const Roof roof{.least =
                      [](const Work& work, int) {
                        const double seconds = work.operations() * 0.2e-9;
                        return LeastTime{.seconds = seconds, .binds = "arithmetic", .surely = seconds};
                      },
                  .remeasure = [] {}};
  const std::vector<Row> rows = race(broken_workload(), options, roof);
  const auto status = [&](std::string_view variant) { return std::ranges::find(rows, variant, &Row::variant)->status; };
  EXPECT_EQ(status("reference"), RowStatus::timed);
  EXPECT_EQ(status("honest"), RowStatus::timed);
  EXPECT_EQ(status("null_kernel"), RowStatus::disagrees);
  EXPECT_EQ(status("wrong_element"), RowStatus::disagrees);
  EXPECT_EQ(status("wrong_at_three_threads_omp"), RowStatus::disagrees);
  EXPECT_EQ(status("kept_answer"), RowStatus::disagrees);
  EXPECT_EQ(status("tires"), RowStatus::disagrees) << "the output of the timed runs is checked, too";
  EXPECT_EQ(status("throws"), RowStatus::disagrees);
  EXPECT_EQ(status("declines"), RowStatus::left_out);
  EXPECT_EQ(status("recognised_input"), RowStatus::impossible) << "faster than the declared work allows";
  EXPECT_THAT(std::ranges::find(rows, "recognised_input", &Row::variant)->message,
              testing::HasSubstr("least time that its declared work needs on this machine (arithmetic)"));
  for (const Row& row : rows) {
    if (row.status == RowStatus::timed) {
      EXPECT_EQ(row.rounds.smallest.size(), options.rounds);
    } else {
      EXPECT_EQ(row.seconds == 0 || row.status == RowStatus::impossible, true) << row.name() << " has a time";
    }
  }
}

std::size_t sleeper_runs = 0;

/// Takes more than half an epoch.
const Registered<int, int> sleepers{echo("sleepers", "sleeper", [](const int& input, int& output, const Execution&) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::microseconds(700);
  while (std::chrono::steady_clock::now() < end) {
  }
  ++sleeper_runs;
  output = input;
})};

TEST(Race, FewRunsAreNotTimedCold) {
  RaceOptions options;
  options.rounds = 8;
  const std::vector<Row> rows = race(select({.filter = "^sleepers/sleeper"}).front(), options, {});
  EXPECT_EQ(rows.front().iterations, 1);
  const std::size_t epochs = 2 * options.rounds;
  EXPECT_GE(sleeper_runs, 2 * epochs) << "there is a run before each that is timed";
}

TEST(Race, ARowThatTakesLongJoinsFewerRounds) {
  RaceOptions options;
  options.rounds = 32;
  options.row_budget_seconds = 1e-6;
  const std::vector<Row> rows = race(select({.filter = "^sleepers/sleeper"}).front(), options, {});
  const std::vector<double>& seconds = rows.front().rounds.smallest;
  ASSERT_EQ(seconds.size(), options.rounds);
  for (std::size_t round = 0; round < seconds.size(); ++round) {
    EXPECT_EQ(std::isfinite(seconds[round]), round % 4 == 0) << round << ": never fewer than 8 rounds";
  }
}

TEST(Race, EndsBeforeItsRoundsOnlyWhereItIsSettled) {
  RaceOptions options;
  options.rounds = 24;
  options.until_settled = true;
  for (const Row& row : race(select({.filter = "^sleepers/"}).front(), options, {})) {
    const std::size_t rounds = row.rounds.smallest.size();
    EXPECT_TRUE(rounds == 6 || rounds == 12 || rounds == 18 || rounds == 24) << rounds;
    EXPECT_TRUE(rounds == 24 || is_settled(row.speedup.value(), options.margin)) << rounds;
  }
}

}  // namespace
}  // namespace tandem::suite
