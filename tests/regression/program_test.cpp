// The verbs of the gate from the outside: gate, compare, history; what they print, and bad input.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/support/command.hpp"
#include "tests/support/fake_worker.hpp"
#include "tests/support/full_speed.hpp"
#include "tests/support/program.hpp"

namespace tandem::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const std::string this_program = TANDEM_PROGRAM;
const std::string itself = "gate --base '" + this_program + "' --head '" + this_program + "' --hidden --epoch 100 ";

void expect_refusal(const Result& result, const std::string& because) {
  EXPECT_EQ(result.status, 2) << result.output;
  EXPECT_THAT(result.errors, StartsWith("tandem: "));
  EXPECT_THAT(result.errors, HasSubstr(because));
  EXPECT_EQ(std::ranges::count(result.errors, '\n'), 1) << result.errors;
}

TEST(Gate, SkipsWhatIsIdentical) {
  const Result result = tandem(itself + "--filter '^skeleton/'");
  EXPECT_EQ(result.status, 0) << result.errors;
  EXPECT_THAT(result.output, HasSubstr("Skipped, because their machine code is identical: 20 rows."));
}

TEST(Gate, RacesAndCountsAndWritesEveryFormat) {
  const TemporaryFolder folder;
  const auto file = [&](const std::string& name) { return (folder.path() / name).string(); };
  // A margin that no neighbour reaches: this is a test of the plumbing, not of the machine.
  const Result result =
      tandem(itself + "--identical-too --margin 90 --filter '^skeleton/simd/(4|64)k' --annotations --out '" +
             file("g.json") + "' --markdown '" + file("g.md") + "' --junit '" + file("g.xml") + "'");
  ASSERT_EQ(result.status, 0) << result.errors << result.output;
  EXPECT_THAT(result.output, HasSubstr("| skeleton/simd/4k "));
  EXPECT_THAT(result.output, HasSubstr("No row is slower"));
  EXPECT_THAT(result.output, HasSubstr("::notice title=Regression gate::"));
  const json results = json::parse(read_file(file("g.json")));
  EXPECT_EQ(results.at("schema"), "tandem gate");
  EXPECT_FALSE(results.at("partial"));
  ASSERT_EQ(results.at("rows").size(), 2U);
  for (const json& row : results.at("rows")) {
    EXPECT_EQ(row.at("state"), "raced");
    EXPECT_EQ(row.at("verdict"), "same within 90 %");
    EXPECT_EQ(row.at("reference").get<std::string>().substr(0, 19), "skeleton/reference/");
    ASSERT_EQ(row.at("counts").size(), 1U);
    // What the sanitizers do for every access depends on its address.
    if (test::full_speed && row["counts"][0]["message"].get<std::string>().empty()) {
      EXPECT_TRUE(row["counts"][0]["deterministic"]) << row["counts"][0];
      EXPECT_GT(row["counts"][0]["base"][0], 100);
      EXPECT_EQ(row["counts"][0]["change"], 0);
    }
  }
  EXPECT_THAT(read_file(file("g.md")), StartsWith("## Regression gate"));
  EXPECT_THAT(read_file(file("g.xml")), HasSubstr("tests=\"2\" failures=\"0\" skipped=\"0\""));

  const std::string history = file("history.jsonl");
  const Result shown = tandem("history '" + history + "' --append '" + file("g.json") + "'");
  EXPECT_EQ(shown.status, 0) << shown.errors;
  EXPECT_THAT(shown.output, HasSubstr("skeleton/simd/64k"));
  EXPECT_THAT(shown.output, HasSubstr("times as fast as skeleton/reference/64k"));
  EXPECT_THAT(shown.output, HasSubstr("1 runs"));
  EXPECT_EQ(json::parse(tandem("history '" + history + "' --json --filter 4k").output).size() % 2, 0U);
}

TEST(Gate, BadInputIsOneSentence) {
  const TemporaryFolder folder;
  const std::string old = write_fake(folder.path() / "old", {.greeting = ""});
  expect_refusal(tandem("gate --base /nowhere/tandem --head '" + this_program + "'"), "base: there is no program");
  expect_refusal(tandem("gate --base '" + old + "' --head '" + this_program + "' --filter skeleton --hidden"),
                 "base does not take part in races");
  expect_refusal(tandem(itself + "--filter no_such_row"), "matches no row");
  expect_refusal(tandem(itself + "--out /nowhere/gate.json"), "cannot write /nowhere/gate.json");
  expect_refusal(tandem(itself + "--budget 0"), "budget");
  expect_refusal(tandem("gate --head x"), "--base");
}

TEST(Gate, WithoutValgrindItRacesAndSaysSo) {
  const Result result =
      tandem(itself + "--identical-too --no-time --valgrind /nowhere/valgrind --filter skeleton/simd/4k");
  EXPECT_EQ(result.status, 0) << result.errors;
  EXPECT_THAT(result.output, HasSubstr("not counted: there is no /nowhere/valgrind (apt-get install valgrind)"));
}

TEST(Gate, AnInstructionSetThatValgrindDoesNotKnowIsOneSentence) {
  const TemporaryFolder folder;
  const auto valgrind = folder.path() / "valgrind";
  std::ofstream(valgrind) << "#!/bin/sh\nkill -ILL $$\n";
  std::filesystem::permissions(valgrind, std::filesystem::perms::owner_all);
  const Result result =
      tandem(itself + "--identical-too --no-time --valgrind '" + valgrind.string() + "' --filter skeleton/simd/4k");
  EXPECT_EQ(result.status, 0) << result.errors;
  EXPECT_THAT(result.output, HasSubstr("does not run under Valgrind"));
  EXPECT_THAT(result.output, HasSubstr("--simd=avx2"));
}

TEST(Gate, OneCoreIsEnough) {
  const std::string command = itself + "--identical-too --margin 90 --no-counts --filter skeleton/simd/4k";
  const Result result = run("/bin/sh", "-c \"taskset -c 0 '" + this_program + "' " + command + "\"");
  EXPECT_EQ(result.status, 0) << result.errors;
  EXPECT_THAT(result.output, HasSubstr("same within 90 %"));
}

TEST(Gate, InterruptedItKeepsWhatIsDoneAsPartial) {
  const TemporaryFolder folder;
  const std::string out = (folder.path() / "gate.json").string();
  // In the middle of the first pair, however slow the machine is.
  const std::string base = write_fake(folder.path() / "base", {.before_epoch = "[ $epochs != 60 ] || kill -INT $PPID"});
  const std::string head = write_fake(folder.path() / "head", {});
  const Result result = tandem("gate --base '" + base + "' --head '" + head +
                               "' --identical-too --no-counts --margin 50 --epoch 50 --out '" + out + "'");
  EXPECT_THAT(result.output, HasSubstr("PARTIAL")) << result.errors;
  const json results = json::parse(read_file(out));
  EXPECT_TRUE(results.at("partial"));
  EXPECT_EQ(results.at("rows").size(), 2U);
}

TEST(Gate, ACrashLeavesTheRowsOfFinishedWorkloads) {
  const TemporaryFolder folder;
  const std::string out = (folder.path() / "gate.json").string();
  const auto row = [](const std::string& method, const std::string& variant) {
    return R"({"method":")" + method + R"(","variant":")" + variant +
           R"(","workload":"w","threads":1,"threaded":false,"code":""})";
  };
  const std::string rows = row("a", "first") + "," + row("b", "second");
  // The first one is slower, which nothing has confirmed when the second one, too noisy for a verdict, is killed in its
  // second turn.
  const std::string noisy = "$((1000 + RANDOM % 400))";
  const std::string starts = (folder.path() / "starts").string();
  const std::string base = write_fake(folder.path() / "base", {.rows = rows, .second = noisy});
  const std::string head = write_fake(
      folder.path() / "head", {.rows = rows,
                               .first = "1300",
                               .second = noisy,
                               .before_epoch = "[ $name$epochs != second1 ] || { echo x >>'" + starts +
                                               "'; [ $(wc -l <'" + starts + "') -le 6 ] || kill -KILL $PPID; }"});
  const Result result = tandem("gate --base '" + base + "' --head '" + head +
                               "' --identical-too --no-counts --epoch 50 --out '" + out + "'");
  EXPECT_EQ(result.status, 128 + 9);
  const json results = json::parse(read_file(out));
  EXPECT_TRUE(results.at("partial"));
  EXPECT_EQ(results.at("rows").at(0).at("verdict"), "undecided");
  EXPECT_EQ(results.at("rows").at(0).at("first_race").at("verdict"), "slower");
  EXPECT_GT(results.at("rows").at(1).at("rounds"), 0);
}

TEST(Gate, AFullDiskIsOneSentence) {
  const TemporaryFolder folder;
  const std::string out = (folder.path() / "gate.json").string();
  const std::string command = itself + "--filter '^skeleton/' --out '" + out + "'";
  const Result result =
      run("/bin/bash", "-c \"trap '' XFSZ; ulimit -f 1; '" + this_program + "' " + command + " >/dev/null\"");
  expect_refusal(result, "the disk is full");
  EXPECT_FALSE(std::filesystem::exists(out));
}

/// A published run, which must stay readable, against what a test makes of it.
class Compare : public testing::Test {
 protected:
  static std::string base() {
    return std::string(TANDEM_SOURCE_FOLDER) + "/reports/published/2026-11-23-amd-epyc-2-cores/results.json";
  }
  Result compare(const std::string& text) const {
    const std::string path = (folder_.path() / "new.json").string();
    std::ofstream(path) << text;
    return tandem("compare '" + base() + "' '" + path + "'");
  }
  /// The first row with times.
  static json& timed_row(json& results) {
    return *std::ranges::find_if(results["benchmarks"],
                                 [](const json& row) { return row["tandem"].contains("round_nanoseconds"); });
  }
  static void double_times(json& row) {
    for (json& round : row["tandem"]["round_nanoseconds"]) round = round.get<double>() * 2;
  }

  TemporaryFolder folder_;
  json results_ = json::parse(read_file(base()));
};

TEST_F(Compare, OneMachineAndAnotherRunWarnsOfConclusions) {
  json other = results_;
  other["context"]["tandem"]["started"] = "another time";
  double_times(timed_row(other));
  const Result result = compare(other.dump());
  EXPECT_EQ(result.status, 0) << result.errors;
  EXPECT_THAT(result.output, HasSubstr(timed_row(other)["name"].get<std::string>()));
  EXPECT_THAT(result.output, HasSubstr("+100.0 % ["));
  EXPECT_THAT(result.output, HasSubstr("race the two builds with ci/gate"));
}

TEST_F(Compare, OtherMachinesHaveNoChangeOfTime) {
  json other = results_;
  other["context"]["tandem"]["machine"]["processor"] = "another processor";
  double_times(timed_row(other));
  const Result result = compare(other.dump());
  EXPECT_EQ(result.status, 0) << result.errors;
  EXPECT_THAT(result.output, HasSubstr("Different machines (processor): nothing may be concluded from the times"));
  EXPECT_THAT(result.output, Not(HasSubstr("+100.0 % [")));
}

TEST_F(Compare, DamagedFilesAreOneSentence) {
  const std::string whole = results_.dump();
  json newer = results_;
  newer["context"]["tandem"]["schema_version"] = 2;
  json without = results_;
  timed_row(without)["tandem"].erase("round_nanoseconds");
  expect_refusal(compare(whole.substr(0, whole.size() / 2)), "is not JSON, or is truncated");
  expect_refusal(compare("<html>"), "is not JSON, or is truncated");
  expect_refusal(compare("{}"), "is not a results file");
  expect_refusal(compare(newer.dump()), "has results schema 2");
  expect_refusal(compare(without.dump()), "is damaged");
  expect_refusal(tandem("compare /nowhere/a.json /nowhere/b.json"), "cannot be read");
}

TEST(History, RefusesWhatIsNoResultOfTheGate) {
  const TemporaryFolder folder;
  const auto append = [&](const std::string& text) {
    std::ofstream(folder.path() / "gate.json") << text;
    return tandem("history '" + (folder.path() / "h.jsonl").string() + "' --append '" +
                  (folder.path() / "gate.json").string() + "'");
  };
  expect_refusal(append("{"), "truncated");
  expect_refusal(append("{}"), "not a results file of tandem gate");
  expect_refusal(append(R"({"schema":"tandem gate","schema_version":2,"rows":[]})"), "gate schema 2");
  expect_refusal(append(R"({"schema":"tandem gate","schema_version":1,"rows":[]})"), "damaged");
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "h.jsonl"));
}

}  // namespace
}  // namespace tandem::test
