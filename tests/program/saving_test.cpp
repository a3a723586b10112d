// Results are saved as they come: what happens to a run takes no finished row away.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "tests/support/command.hpp"

namespace tandem::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;

std::set<std::string> methods_in(const json& results) {
  std::set<std::string> methods;
  for (const json& row : results.at("benchmarks")) methods.insert(row.at("tandem").at("method").get<std::string>());
  return methods;
}

/// A run of the method `broken`, then of one that ends it, then of another.
struct EndedRun {
  explicit EndedRun(const std::string& end) {
    result = run(TANDEM_BROKEN_PROGRAM,
                 "run 'broken(" + end + "|_work|)/(reference|honest)' --out '" + folder.path().string() + "'");
    run_folder = std::filesystem::directory_iterator(folder.path())->path();
    results = json::parse(read_file(run_folder / "results.json"));
  }

  const TemporaryFolder folder;
  Result result;
  std::filesystem::path run_folder;
  json results;
};

TEST(Saving, ACrashLeavesTheRowsOfFinishedWorkloads) {
  const EndedRun crashed("_crash");
  EXPECT_NE(crashed.result.status, 0);
  EXPECT_EQ(methods_in(crashed.results), std::set<std::string>{"broken"});
  EXPECT_EQ(crashed.results.at("benchmarks").size(), 2U);
  EXPECT_EQ(crashed.results.at("context").at("tandem").at("partial"), true);
}

TEST(Saving, AnInterruptEndsWithAReportOfFinishedWorkloads) {
  const EndedRun interrupted("_interrupt");
  EXPECT_EQ(interrupted.result.status, 0) << interrupted.result.errors;
  EXPECT_THAT(interrupted.result.output, HasSubstr("Interrupted"));
  EXPECT_THAT(methods_in(interrupted.results), testing::Contains("broken"));
  EXPECT_THAT(methods_in(interrupted.results), testing::Not(testing::Contains("broken_work")));
  EXPECT_EQ(interrupted.results.at("context").at("tandem").at("partial"), true);
  EXPECT_THAT(read_file(interrupted.run_folder / "report.md"), HasSubstr("Partial"));
}

TEST(Saving, ASecondInterruptEndsAtOnceAndLeavesTheRowsOfFinishedWorkloads) {
  const EndedRun interrupted("_interrupted_twice");
  EXPECT_NE(interrupted.result.status, 0);
  EXPECT_EQ(methods_in(interrupted.results), std::set<std::string>{"broken"});
  EXPECT_EQ(interrupted.results.at("context").at("tandem").at("partial"), true);
}

TEST(Saving, AFullDiskLeavesTheRowsThatWereSaved) {
  const TemporaryFolder folder;
  const auto bench = [&](const std::string& filter, const std::string& file, std::uintmax_t most_bytes) {
    const std::string command = "'" TANDEM_BROKEN_PROGRAM "' bench --rounds 8 '" + filter + "' --out '" + file + "'";
    // No file grows beyond that many blocks of 512 bytes; writing fails, as on a full disk, and no signal comes.
    const std::string limits = "trap '' XFSZ; ulimit -f " + std::to_string(most_bytes / 512);
    const std::string script = (folder.path() / "script").string();
    std::ofstream(script) << limits << "\nexec " << command << "\n";
    return run("/bin/sh", "'" + script + "'");
  };
  const std::string file = (folder.path() / "results.json").string();
  ASSERT_EQ(bench("broken/honest", file, 1 << 30).status, 0);
  const std::uintmax_t enough = std::filesystem::file_size(file) + 1024;

  const Result result = bench("broken(_fine|)/honest", file, enough);
  EXPECT_EQ(result.status, 1) << result.errors;
  EXPECT_THAT(result.errors, HasSubstr("could not write"));
  const json results = json::parse(read_file(file));
  EXPECT_EQ(methods_in(results), std::set<std::string>{"broken"});
  EXPECT_EQ(results.at("context").at("tandem").at("partial"), true);
  EXPECT_FALSE(std::filesystem::exists(file + ".partial"));
}

TEST(Saving, AFolderThatCannotBeWrittenIsKnownBeforeTheFirstRace) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "file";
  std::ofstream(file) << "no folder";
  const Result result = run(TANDEM_BROKEN_PROGRAM, "run broken_crash/ --out '" + file.string() + "'");
  EXPECT_EQ(result.status, 2) << "it crashes where it races";
  EXPECT_THAT(result.errors, testing::StartsWith("tandem: cannot make the folder "));
}

}  // namespace
}  // namespace tandem::test
