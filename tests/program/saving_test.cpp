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

// What was found is on the screen, what was saved before stays.
TEST(Saving, ADiskThatFillsUpLeavesTheRowsThatWereSaved) {
  const EndedRun full("_full_disk");
  EXPECT_EQ(full.result.status, 1);
  EXPECT_THAT(full.result.errors, HasSubstr("could not write"));
  EXPECT_THAT(full.result.errors, HasSubstr("are not saved"));
  EXPECT_THAT(full.result.output, HasSubstr("broken_work/one"));
  EXPECT_EQ(methods_in(full.results), std::set<std::string>{"broken"});
  EXPECT_EQ(full.results.at("context").at("tandem").at("partial"), true);
  EXPECT_FALSE(std::filesystem::exists(full.run_folder / "results.json.partial"));
}

// No file grows beyond 8 kB; writing fails as on a full disk, and no signal comes. It crashes where it races.
TEST(Saving, ADiskThatIsTooSmallIsKnownBeforeTheFirstRace) {
  const TemporaryFolder folder;
  const auto refuses = [&](const std::string& arguments) {
    const std::string script = (folder.path() / "script").string();
    std::ofstream(script) << "trap '' XFSZ; ulimit -f 16\nexec '" TANDEM_BROKEN_PROGRAM "' " << arguments << "\n";
    const Result result = run("/bin/sh", "'" + script + "'");
    EXPECT_EQ(result.status, 2) << arguments;
    EXPECT_THAT(result.errors, HasSubstr("cannot write ")) << arguments;
    EXPECT_THAT(result.errors, HasSubstr("or the disk is full (1")) << arguments;
    EXPECT_TRUE(result.output.empty()) << result.output;
  };
  refuses("run broken_crash/ --out '" + folder.path().string() + "'");
  const auto file = folder.path() / "results.json";
  refuses("bench broken_crash/ --out '" + file.string() + "'");
  EXPECT_FALSE(std::filesystem::exists(file.string() + ".partial"));
}

// Training, too, takes long and must not end with nothing.
TEST(Saving, ADiskThatIsTooSmallIsKnownBeforeATraining) {
  const TemporaryFolder folder;
  const std::string text = (folder.path() / "text").string();
  {
    std::ofstream lines(text);
    for (int i = 0; i < 200; ++i) lines << "and the " << i * i % 17 << " sons of the house went out\n";
  }
  const std::string script = (folder.path() / "script").string();
  const auto refuses = [&](const std::string& arguments) {
    std::ofstream(script) << "trap '' XFSZ; ulimit -f 16\nexec '" TANDEM_PROGRAM "' train " << arguments << " --text '"
                          << text << "'\n";
    const Result result = run("/bin/sh", "'" + script + "'");
    EXPECT_EQ(result.status, 2) << arguments;
    EXPECT_THAT(result.errors, HasSubstr("cannot write ")) << arguments;
    EXPECT_THAT(result.errors, HasSubstr("kB are needed")) << arguments;
  };
  refuses("unigram --out '" + (folder.path() / "out.tsv").string() + "'");
  refuses("language_model --dim 16 --hidden 24 --layers 1 --heads 2 --kv-heads 1 --length 32 --vocabulary 270 --out '" +
          (folder.path() / "model").string() + "'");
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "model" / "checkpoint.bin"));
}

TEST(Saving, AFolderThatCannotBeWrittenIsKnownBeforeTheFirstRace) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "file";
  std::ofstream(file) << "no folder";
  const Result training =
      run(TANDEM_PROGRAM, "train language_model --text '" + file.string() + "' --out '" + file.string() + "/model'");
  EXPECT_EQ(training.status, 2);
  EXPECT_THAT(training.errors, testing::StartsWith("tandem: cannot make the folder "));
  const Result result = run(TANDEM_BROKEN_PROGRAM, "run broken_crash/ --out '" + file.string() + "'");
  EXPECT_EQ(result.status, 2) << "it crashes where it races";
  EXPECT_THAT(result.errors, testing::StartsWith("tandem: cannot make the folder "));
}

}  // namespace
}  // namespace tandem::test
