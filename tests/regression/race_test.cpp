// The race of two builds, with scripts in their place: what is said of slower rows, and of workers that fail.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "benchmarks/regression/child.hpp"
#include "benchmarks/regression/comparison.hpp"
#include "benchmarks/regression/comparison_json.hpp"
#include "reports/gate.hpp"
#include "tests/support/command.hpp"
#include "tests/support/fake_worker.hpp"

namespace tandem::regression {
namespace {

using suite::Word;
using test::FakeBuild;
using test::write_fake;
using testing::HasSubstr;

Comparison compare(const FakeBuild& base, const FakeBuild& head, bool identical_too = true) {
  const test::TemporaryFolder folder;
  ComparisonOptions options;
  options.base = {"base", {write_fake(folder.path() / "base", base)}};
  options.head = {"head", {write_fake(folder.path() / "head", head)}};
  options.count = false;
  options.identical_too = identical_too;
  options.margin = 0.02;
  options.racing.epoch_seconds = 5e-5;  // a script keeps no time: short enough for any to be believed
  return compare_builds(options);
}

/// No row was called slower or faster.
void expect_no_word(const Comparison& comparison) {
  for (const ComparedRow& row : comparison.rows) {
    EXPECT_TRUE(row.state != RowState::raced || row.decision.word == Word::undecided) << row.name();
  }
  EXPECT_FALSE(comparison.any_slower());
}

std::string sentence_of_failure(const FakeBuild& base) {
  try {
    compare(base, {});
  } catch (const ChildFailure& failure) {
    return failure.what();
  }
  return "no failure";
}

TEST(Race, NamesTheRowThatIsSlowerAndNoOther) {
  const Comparison comparison = compare({}, {.first = "1080"});
  ASSERT_EQ(comparison.rows.size(), 2U);
  EXPECT_TRUE(comparison.rows[0].slower());
  EXPECT_TRUE(comparison.rows[0].first.has_value()) << "a second race decides";
  EXPECT_NEAR(comparison.rows[0].decision.time_ratio.estimate, 1.08, 0.01);
  EXPECT_EQ(comparison.rows[1].decision.word, Word::same);
  EXPECT_TRUE(comparison.any_slower());
  EXPECT_FALSE(comparison.partial);
}

TEST(Race, ARowThatIsDecidedRacesNoMore) {
  const FakeBuild noisy{.second = "$((1000 + RANDOM % 400))"};  // another number in each process
  const Comparison comparison = compare(noisy, noisy);
  EXPECT_EQ(comparison.rows[0].decision.word, Word::same);
  EXPECT_EQ(comparison.rows[0].decision.pair_ratios.size(), first_looks.front());
  EXPECT_EQ(comparison.rows[1].decision.word, Word::undecided);
  EXPECT_EQ(comparison.rows[1].decision.pair_ratios.size(), first_looks.back());
}

TEST(Race, ARowIsCalibratedOnce) {
  const test::TemporaryFolder folder;
  const std::string pids = (folder.path() / "calibrating").string();
  compare({}, {.before_epoch = "[ $runs != 1 ] || echo $$ >> '" + pids + "'"});
  std::ifstream file(pids);
  const std::set<std::string> processes{std::istream_iterator<std::string>(file), {}};
  EXPECT_EQ(processes.size(), 1U) << "a later pair of processes takes the runs that the first has found";
}

TEST(Race, FindsWhatBecameFaster) {
  const Comparison comparison = compare({.second = "1100"}, {});
  EXPECT_EQ(comparison.rows[0].decision.word, Word::same);
  EXPECT_EQ(comparison.rows[1].decision.word, Word::faster);
  EXPECT_FALSE(comparison.any_slower());
}

TEST(Race, WhatTheSecondRaceDoesNotConfirmIsNotSlower) {
  // Slower in the processes of the first race alone: they leave their marks in a folder.
  const test::TemporaryFolder marks;
  const std::string slow_at_first = "[ $epochs != 1 ] || echo x >>'" + (marks.path() / "starts").string() +
                                    "'; [ $(wc -l <'" + (marks.path() / "starts").string() +
                                    "') -gt 12 ] || printf -v seconds '0.%09d' $((runs * 1100))\n";
  const Comparison comparison =
      compare({.rows = FakeBuild::row("first")}, {.rows = FakeBuild::row("first"), .before_epoch = slow_at_first});
  EXPECT_FALSE(comparison.any_slower());
  EXPECT_THAT(comparison.rows[0].decision.why, HasSubstr("not confirmed"));
}

TEST(Race, OneDisturbedProcessHidesNoSlowdown) {
  // The third process of the base is slower.
  const test::TemporaryFolder folder;
  const std::string starts = "'" + (folder.path() / "starts").string() + "'";
  const FakeBuild disturbed{.rows = FakeBuild::row("first"),
                            .before_epoch = "[ $epochs != 1 ] || { echo x >>" + starts + "; me=$(wc -l <" + starts +
                                            "); }; [ $me != 3 ] || printf -v seconds '0.%09d' $((runs * 1300))\n"};
  ComparisonOptions options;
  options.base = {"base", {write_fake(folder.path() / "base", disturbed)}};
  options.head = {"head", {write_fake(folder.path() / "head", {.rows = FakeBuild::row("first"), .first = "1080"})}};
  options.count = false;
  options.racing.epoch_seconds = 5e-5;
  const Comparison comparison = compare_builds(options);
  EXPECT_TRUE(comparison.rows[0].slower());
}

TEST(Race, IdenticalMachineCodeIsSkipped) {
  const FakeBuild same{.rows = FakeBuild::row("first", "abc") + "," + FakeBuild::row("second", "def")};
  FakeBuild changed = same;
  changed.rows = FakeBuild::row("first", "abc") + "," + FakeBuild::row("second", "other");
  const Comparison comparison = compare(same, changed, false);
  EXPECT_EQ(comparison.rows[0].state, RowState::identical);
  EXPECT_EQ(comparison.rows[1].state, RowState::raced);
  EXPECT_EQ(comparison.rows[1].decision.word, Word::same);
}

TEST(Race, AnUnknownHashIsNotTheSameHash) {
  EXPECT_EQ(compare({}, {.before_epoch = "# another program"}, false).rows[0].state, RowState::raced);
}

TEST(Race, ARowOfOneSideIsNamedAndNotCompared) {
  const FakeBuild base{.rows = FakeBuild::row("first") + "," + FakeBuild::row("gone")};
  const FakeBuild head{.rows = FakeBuild::row("first") + "," + FakeBuild::row("new")};
  const Comparison comparison = compare(base, head);
  ASSERT_EQ(comparison.rows.size(), 3U);
  EXPECT_EQ(comparison.rows[0].decision.word, Word::same);
  EXPECT_EQ(comparison.rows[1].state, RowState::only_head);
  EXPECT_EQ(comparison.rows[2].state, RowState::only_base);
}

TEST(Race, AWorkerKilledInMidRaceGivesNoVerdict) {
  // Slower until it is killed: the rounds until then must not count.
  const Comparison comparison = compare({}, {.first = "2000", .before_epoch = "[ $epochs -lt 100 ] || kill -9 $$"});
  expect_no_word(comparison);
  EXPECT_EQ(comparison.rows[0].state, RowState::no_verdict);
  EXPECT_THAT(comparison.rows[0].message, HasSubstr("the worker of head was killed by signal 9"));
}

TEST(Race, AWorkerThatRefusesOneRowKeepsTheOther) {
  const Comparison comparison = compare(
      {},
      {.before_epoch = "[ $epochs -lt 60 ] || [ $name = second ] || { echo '{\"error\":\"it threw\"}'; continue; }"});
  EXPECT_EQ(comparison.rows[0].state, RowState::no_verdict);
  EXPECT_THAT(comparison.rows[0].message, HasSubstr("it threw"));
  EXPECT_EQ(comparison.rows[1].decision.word, Word::same);
}

TEST(Race, TheLastAnswerIsChecked) {
  // Right while it is calibrated, wrong from then on: who asks for the answer hears of it.
  const std::string refuse = R"({ echo '{"error":"the answer is wrong"}'; continue; })";
  const Comparison comparison =
      compare({}, {.before_epoch = R"([ $epochs -lt 20 ] || [[ $line != *'"check":true'* ]] || )" + refuse});
  expect_no_word(comparison);
  EXPECT_EQ(comparison.rows[0].state, RowState::no_verdict);
  EXPECT_THAT(comparison.rows[0].message, HasSubstr("the answer is wrong"));
}

TEST(Race, AClockThatJumpsGivesNoVerdict) {
  for (const char* jump : {"seconds=-3600.5", "seconds=7200.0", "seconds=0.0", "seconds=null"}) {
    const Comparison always = compare({}, {.before_epoch = jump});
    expect_no_word(always);
    EXPECT_THAT(always.rows[0].message, HasSubstr("clock")) << jump;
    const Comparison often = compare({}, {.before_epoch = std::string("[ $((epochs % 3)) != 0 ] || ") + jump});
    expect_no_word(often);
    // A jump now and then loses its rounds, not the row.
    const Comparison seldom = compare({}, {.before_epoch = std::string("[ $((epochs % 50)) != 40 ] || ") + jump});
    EXPECT_EQ(seldom.rows[0].decision.word, Word::same) << jump;
  }
}

TEST(Race, AClockThatStandsStillIsNotFaster) {
  // A fifth of the epochs a thousandth as long: the smaller of two would fall for it.
  const Comparison comparison = compare({}, {.before_epoch = "[ $((epochs % 20)) != 0 ] || seconds=0.000000050"});
  EXPECT_NE(comparison.rows[0].decision.word, Word::faster);
  EXPECT_FALSE(comparison.any_slower());
}

TEST(Race, ProgramsThatAreNoWorkersAreOneSentence) {
  EXPECT_THAT(sentence_of_failure({.greeting = "usage: tandem VERB"}), HasSubstr("base does not take part in races"));
  EXPECT_THAT(sentence_of_failure({.greeting = ""}), HasSubstr("ended with status 2"));
  EXPECT_THAT(sentence_of_failure({.greeting = R"({"tandem_race_worker":7})"}),
              HasSubstr("base speaks version 7 of the race protocol, this program version 1"));
}

TEST(Race, AnAnswerThatIsNoneGivesNoVerdict) {
  const Comparison comparison = compare({}, {.before_epoch = "[ $epochs -lt 50 ] || seconds='}nonsense'"});
  expect_no_word(comparison);
  EXPECT_THAT(comparison.rows[0].message, HasSubstr("no answer"));
}

TEST(Race, AWorkerThatHangsIsWaitedForSoLong) {
  // What the race makes of such a failure is what it makes of a worker that was killed.
  Child worker("the worker of head", {"sleep", "100"}, {});
  try {
    worker.listen(std::chrono::seconds(1));
    FAIL() << "it answered";
  } catch (const ChildFailure& failure) {
    EXPECT_STREQ(failure.what(), "the worker of head did not answer within 1 s");
  }
}

/// Counts one row with a script in the place of Valgrind: 1000 instructions in the base, in the head more.
Count count_with_head(const std::string& shell_code_for_more) {
  const test::TemporaryFolder folder;
  const std::filesystem::path valgrind = folder.path() / "valgrind";
  std::ofstream(valgrind) << R"sh(#!/bin/bash
cd "${0%/*}"
for word; do case $word in --callgrind-out-file=*) out=${word#*=} ;; esac; done
more=0
if [[ "$*" = *the_head* ]]; then
  echo x >>processes
  process=$(wc -l <processes)
)sh" << shell_code_for_more
                          << R"sh(
fi
echo '{"tandem_race_worker":1,"counts":true}'
while read -r line; do
  case $line in
    *prepare*) echo '{"rows":[{"ready":true,"why":""}]}' ;;
    *) echo "totals: $((1000 + more))" >"$out.1"; echo '{}' ;;
  esac
done
)sh";
  std::filesystem::permissions(valgrind, std::filesystem::perms::owner_all);
  CountOptions options;
  options.valgrind = valgrind.string();
  const RowKey row{.method = "fake", .variant = "first", .workload = "w", .threads = 2};
  return count_rows({"base", {"the_base"}}, {"head", {"the_head"}}, {row}, options).at(row);
}

TEST(Count, WhatDiffersTwiceIsTwiceCountedAgain) {
  const Count always = count_with_head("more=1");
  EXPECT_TRUE(always.deterministic()) << always.message;
  EXPECT_NEAR(always.change(), 0.001, 1e-12);
  EXPECT_EQ(always.head.size(), 4U);
  EXPECT_FALSE(count_with_head("[ $process -gt 2 ] || more=20").deterministic()) << "chance made both counts differ";
  const Count never = count_with_head("more=0");
  EXPECT_TRUE(never.deterministic());
  EXPECT_EQ(never.head.size(), 2U) << "what does not differ is not counted again";
}

TEST(Race, OneWorkloadOfEachMethodComesBeforeAnySecondOne) {
  const test::TemporaryFolder folder;
  const auto row = [](const std::string& method, const std::string& variant, const std::string& workload) {
    return R"({"method":")" + method + R"(","variant":")" + variant + R"(","workload":")" + workload +
           R"(","threads":1,"threaded":false,"code":""})";
  };
  const std::string log = (folder.path() / "log").string();
  compare({.rows = row("a", "first", "w1") + "," + row("a", "first", "w2") + "," + row("b", "second", "w"),
           .before_epoch = "echo $name >>'" + log + "'\n"},
          {.rows = row("a", "first", "w1") + "," + row("a", "first", "w2") + "," + row("b", "second", "w")});
  std::vector<std::string> turns;
  std::ifstream lines(log);
  for (std::string line; std::getline(lines, line);) {
    if (turns.empty() || turns.back() != line) turns.push_back(line);
  }
  ASSERT_GE(turns.size(), 3U);
  turns.resize(3);
  EXPECT_THAT(turns, testing::ElementsAre("first", "second", "first"));
}

TEST(Race, ABudgetThatEndsGivesNoWordAndIsPartial) {
  const test::TemporaryFolder folder;
  ComparisonOptions options;
  options.base = {"base", {write_fake(folder.path() / "base", {})}};
  options.head = {"head", {write_fake(folder.path() / "head", {.first = "3000"})}};
  options.count = false;
  options.margin = 0.02;
  options.budget_seconds = 0.0;
  const Comparison comparison = compare_builds(options);
  expect_no_word(comparison);
  EXPECT_TRUE(comparison.partial);
  const std::string text = reports::gate_text(to_json(comparison, {.machine = suite::read_machine_card()}));
  EXPECT_THAT(text, HasSubstr("Not reached within the budget: 2 rows."));
  EXPECT_THAT(text, testing::Not(HasSubstr("fake/first"))) << "counted, not listed";
}

}  // namespace
}  // namespace tandem::regression
