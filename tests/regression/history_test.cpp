// The memory of the gate: lines that survive damage and each other, and change points where levels step.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <thread>

#include "benchmarks/regression/history.hpp"
#include "impl/support/random.hpp"
#include "tests/support/command.hpp"

namespace tandem::regression {
namespace {

using nlohmann::ordered_json;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

/// Levels with their lengths, and normal noise.
std::vector<double> steps(const std::vector<std::pair<std::size_t, double>>& levels, double noise, std::uint64_t seed) {
  std::vector<double> series;
  for (const auto& [length, level] : levels) {
    for (std::size_t i = 0; i < length; ++i) series.push_back(level + noise * random_normal(seed, series.size()));
  }
  return series;
}

ordered_json entry(double to_reference, std::uint64_t instructions, const std::string& machine = "m") {
  return {{"schema_version", history_schema},
          {"machine", machine},
          {"started", "2026-11-25T00:00:00Z"},
          {"head", "abc"},
          {"rows",
           {{{"name", "a/b/c"},
             {"to_reference", to_reference},
             {"reference", "a/reference/c"},
             {"counts", {{{"threads", 1}, {"instructions", instructions}}}}}}}};
}

TEST(ChangePoints, FindsStepsWhereTheyAre) {
  const auto points = change_points(steps({{30, 10}, {20, 11}, {25, 10.4}}, 0.1, 1));
  ASSERT_THAT(points, SizeIs(2));
  EXPECT_EQ(points[0].index, 30U);
  EXPECT_NEAR(points[0].change(), 0.1, 0.02);
  EXPECT_EQ(points[1].index, 50U);
  EXPECT_NEAR(points[1].before, 11, 0.1) << "the level between the two steps, and no further";
  EXPECT_NEAR(points[1].after, 10.4, 0.1);
}

TEST(ChangePoints, FindsAStepBeyondTheFirstWindow) {
  const auto points = change_points(steps({{180, 10}, {40, 10.5}}, 0.1, 2));
  ASSERT_THAT(points, SizeIs(1));
  EXPECT_EQ(points[0].index, 180U);
}

TEST(ChangePoints, SeldomSeesAStepInNoise) {
  int seen = 0;
  for (int draw = 0; draw < 200; ++draw) seen += change_points(steps({{60, 10}}, 0.1, 100 + draw)).empty() ? 0 : 1;
  EXPECT_LE(seen, 10);  // the greatest of 58 splits is tested, so a p-value of 0.001 errs more often than that
}

TEST(ChangePoints, OneOutlierIsNoStep) {
  std::vector<double> series = steps({{40, 10}}, 0.01, 3);
  series[20] = 20;
  EXPECT_THAT(change_points(series), IsEmpty());
}

TEST(ChangePoints, ExactCountsStepWithoutSpread) {
  const auto points = change_points(steps({{5, 1000}, {3, 1020}}, 0, 0));
  ASSERT_THAT(points, SizeIs(1));
  EXPECT_EQ(points[0].index, 5U);
  EXPECT_THAT(change_points(steps({{9, 1000}}, 0, 0)), IsEmpty());
  EXPECT_THAT(change_points(std::vector<double>{}), IsEmpty());
  EXPECT_THROW(change_points(std::vector<double>{1, std::nan("")}), std::invalid_argument);
}

TEST(History, KeepsSeriesOfMachinesApart) {
  History history;
  for (int run = 0; run < 8; ++run) history.entries.push_back(entry(run < 4 ? 2 : 3, 100, run % 2 == 0 ? "m" : "n"));
  const auto series = series_of(history);
  ASSERT_THAT(series, SizeIs(4));  // two machines, a ratio and a count
  for (const HistorySeries& one : series) EXPECT_THAT(one.values, SizeIs(4)) << one.machine << one.figure;
}

TEST(History, DamagedLinesAreSkippedAndStay) {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "history.jsonl";
  append_entry(path, entry(2, 100));
  std::ofstream(path, std::ios::app) << "not json\n{\"schema_version\": 99}\n{\"schema_version\": 1, \"machine\": 5}\n"
                                     << entry(2, 100).dump().substr(0, 60);  // half-written
  const std::string before = test::read_file(path);
  append_entry(path, entry(2, 101));
  const History history = read_history(path);
  EXPECT_THAT(history.entries, SizeIs(2));
  ASSERT_THAT(history.damages, SizeIs(4));
  EXPECT_THAT(history.damages[0], HasSubstr("line 2"));
  EXPECT_THAT(history.damages[1], HasSubstr("schema 99"));
  EXPECT_THAT(history.damages[3], HasSubstr("half-written"));
  EXPECT_TRUE(test::read_file(path).starts_with(before));
}

TEST(History, TwoAppendsAtOnceLoseNothing) {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "history.jsonl";
  ordered_json large = entry(2, 100);
  large["filler"] = std::string(100000, 'x');  // longer than what a write does at once
  std::vector<std::thread> writers;
  for (int writer = 0; writer < 4; ++writer) {
    writers.emplace_back([&] {
      for (int line = 0; line < 10; ++line) append_entry(path, large);
    });
  }
  for (std::thread& writer : writers) writer.join();
  const History history = read_history(path);
  EXPECT_THAT(history.entries, SizeIs(40));
  EXPECT_THAT(history.damages, IsEmpty());
}

TEST(History, AFolderThatIsNotThereIsOneSentence) {
  EXPECT_THROW(append_entry("/nowhere/history.jsonl", entry(1, 1)), std::runtime_error);
  EXPECT_THROW(read_history("/nowhere/history.jsonl"), std::invalid_argument);
}

}  // namespace
}  // namespace tandem::regression
