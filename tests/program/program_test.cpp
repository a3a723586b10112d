// The program from the outside: every verb, its output for programs and for people, and bad input.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "tests/support/command.hpp"
#include "tests/support/full_speed.hpp"
#include "tests/support/program.hpp"

namespace tandem::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

TEST(Help, EveryVerbHasOneWithAnExample) {
  for (const char* verb : {"run", "list", "check", "bench", "solve", "train", "reproduce", "report", "machine", "gate",
                           "compare", "history"}) {
    const Result result = tandem(std::string(verb) + " --help");
    EXPECT_EQ(result.status, 0) << verb;
    EXPECT_THAT(result.output, HasSubstr(std::string("Example: tandem ") + verb)) << verb;
  }
  EXPECT_THAT(tandem("--help").output, HasSubstr("Example: tandem run"));
  EXPECT_EQ(tandem("--version").status, 0);
}

TEST(Usage, BadArgumentsEndInOneSentence) {
  expect_refusal("", "subcommand");
  expect_refusal("fly", "fly");
  expect_refusal("check '('", "not a regular expression");
  expect_refusal("check no_such_method", "matches no");
  expect_refusal("bench no_such_method", "matches no");
  expect_refusal("run no_such_method", "matches no");
  expect_refusal("check ab_plus_c/ --threads 0", "threads");
  expect_refusal("check ab_plus_c/ --seed x", "seed");
  expect_refusal("list --simd=mmx", "mmx");
  expect_refusal("list --benchmark_filter=x", "flag of tandem bench");
  expect_refusal("bench ab_plus_c/.*/20_bits --benchmark_no_such_flag=1", "no_such_flag");
  expect_refusal("reproduce no_such_claim", "matches no claim");
  expect_refusal("report no_such_file.json", "no_such_file.json");
}

TEST(Usage, WhatIsAbsentIsNoAnswerToBadArguments) {
  const Result result = run("/usr/bin/env", "TANDEM_DATA=/nowhere '" TANDEM_PROGRAM "' run no_such_method");
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.output, IsEmpty());
}

TEST(List, HasTheShapeThatOtherProgramsReadAndHidesTheSkeleton) {
  const json list = tandem_json("list --json");
  std::set<std::string> names;
  for (const json& method : list.at("methods")) {
    names.insert(method.at("name"));
    EXPECT_FALSE(method.at("source").get<std::string>().empty());
    EXPECT_EQ(method.at("variants").at(0).at("name"), "reference");
    for (const json& variant : method.at("variants")) {
      EXPECT_TRUE(variant.at("threads").is_boolean());
      EXPECT_TRUE(variant.at("peer").is_boolean());
    }
    for (const json& workload : method.at("workloads")) EXPECT_TRUE(workload.at("quick").is_boolean());
  }
  EXPECT_THAT(names, testing::IsSupersetOf({"ab_plus_c", "ab_plus_c_batch", "ab_plus_c_range", "ab_plus_c_range_sum"}));
  EXPECT_FALSE(names.contains("skeleton"));
  EXPECT_THAT(tandem("list --hidden").output, HasSubstr("skeleton"));
}

TEST(List, NamesEveryPeerAsARowOrAsAbsent) {
  const json list = tandem_json("list --json");
  std::set<std::string> raced;
  for (const json& method : list.at("methods")) {
    for (const json& variant : method.at("variants")) raced.insert(variant.at("name").get<std::string>());
  }
  std::set<std::string> absent;
  for (const json& sentence : list.at("absent")) {
    const auto text = sentence.get<std::string>();
    absent.insert(text.substr(0, text.find_first_of(":,")));
  }
  for (const char* peer :
       {"peer_onednn", "peer_sentencepiece", "peer_sentencepiece_core", "peer_ggml", "peer_onnxruntime"}) {
    EXPECT_NE(raced.contains(peer), absent.contains(peer)) << peer;
  }
}

TEST(Check, ReportsErrorBesideTolerance) {
  const json checks = tandem_json("check 'ab_plus_c_batch/.*/16_bits' --threads 1,3 --seed 5 --json").at("checks");
  ASSERT_FALSE(checks.empty());
  std::set<int> threads;
  for (const json& check : checks) {
    EXPECT_EQ(check.at("method"), "ab_plus_c_batch");
    EXPECT_EQ(check.at("workload"), "16_bits");
    EXPECT_EQ(check.at("agrees"), true) << check;
    EXPECT_LE(check.at("error").get<double>(), check.at("tolerance").get<double>());
    EXPECT_TRUE(check.at("message").is_string());
    threads.insert(check.at("threads").get<int>());
  }
  EXPECT_EQ(threads, (std::set<int>{1, 3}));
}

TEST(Check, LooksAtAwkwardSizesAndListsThoseAloneThatDisagree) {
  std::set<std::string> workloads;
  const json checked = tandem_json("check '^skeleton/simd_tbb/' --hidden --threads 2 --json");
  for (const json& check : checked.at("checks")) {
    EXPECT_EQ(check.at("variant"), "simd_tbb");
    workloads.insert(check.at("workload"));
  }
  EXPECT_THAT(workloads, testing::IsSupersetOf({"2k", "count:0", "count:16383", "count:16384", "count:16385"}));
  EXPECT_THAT(tandem("check '^skeleton/' --hidden --threads 2").output, testing::Not(HasSubstr("count:")));
}

TEST(Check, WorksOnAPinnedSimdTarget) {
  EXPECT_EQ(tandem("check 'ab_plus_c/.*/20_bits' --simd=scalar").status, 0);
  EXPECT_EQ(tandem("--simd=scalar check 'ab_plus_c/.*/20_bits'").status, 0);
}

TEST(Bench, WritesAResultsFileThatReadersOfGoogleBenchmarkAccept) {
  const TemporaryFolder folder;
  const std::string file = (folder.path() / "results.json").string();
  const Result result = tandem("bench 'ab_plus_c/pq_early_stop(_simd)?/20_bits' --rounds 8 --out '" + file + "'");
  ASSERT_EQ(result.status, 0) << result.errors;
  EXPECT_THAT(result.output, HasSubstr("pq_early_stop_simd"));
  const json results = json::parse(read_file(file));
  EXPECT_TRUE(results.at("context").contains("num_cpus"));
  EXPECT_EQ(results.at("context").at("tandem").at("schema_version"), 1);
  ASSERT_EQ(results.at("benchmarks").size(), 2U);
  for (const json& row : results.at("benchmarks")) {
    EXPECT_EQ(row.at("run_type"), "iteration");
    EXPECT_EQ(row.at("time_unit"), "ns");
    EXPECT_GT(row.at("real_time").get<double>(), 0);
    for (const char* counter :
         {"speedup", "speedup_low", "speedup_high", "speedup_sequential", "speedup_sequential_low",
          "speedup_sequential_high", "operations", "bytes", "agreement_error"}) {
      EXPECT_TRUE(row.at(counter).is_number()) << counter;
    }
    EXPECT_LE(row.at("speedup_low").get<double>(), row.at("speedup").get<double>());
    EXPECT_GE(row.at("speedup_high").get<double>(), row.at("speedup").get<double>());
    EXPECT_EQ(row.at("tandem").at("round_nanoseconds").size(), 8U);
  }

  const Result pages = tandem("report '" + file + "' --out '" + folder.path().string() + "'");
  EXPECT_EQ(pages.status, 0) << pages.errors;
  EXPECT_THAT(read_file(folder.path() / "report.html"), HasSubstr("pq_early_stop_simd"));
  EXPECT_THAT(read_file(folder.path() / "report.md"), HasSubstr("| headline"));
  const std::string page = (folder.path() / "report.html").string();
  const Result verified = tandem("report --verify '" + page + "'");
  EXPECT_EQ(verified.status, 0) << verified.output << verified.errors;
  EXPECT_THAT(verified.output, HasSubstr("measures the same work"));
  const std::string other_file = (folder.path() / "other.json").string();
  json reseeded = json::parse(read_file(file));
  reseeded["context"]["tandem"]["seed"] = 2;
  std::ofstream(other_file) << reseeded;
  ASSERT_EQ(tandem("report '" + other_file + "' --out '" + folder.path().string() + "'").status, 0);
  const Result other = tandem("report --verify '" + page + "'");
  EXPECT_EQ(other.status, 1) << "the inputs of another seed are other inputs";
  EXPECT_THAT(other.output, HasSubstr("another input"));
  const Result comparison = tandem("compare '" + file + "' '" + file + "'");
  EXPECT_EQ(comparison.status, 0) << comparison.errors;
}

TEST(Bench, RefusesAPathThatCannotBeWrittenBeforeItMeasures) {
  expect_refusal("bench 'ab_plus_c/.*/20_bits' --out /no/such/folder/results.json", "/no/such/folder/results.json");
}

TEST(Bench, PassesGoogleBenchmarkFlagsThrough) {
  const TemporaryFolder folder;
  const std::string file = (folder.path() / "google.json").string();
  const Result result = tandem(
      "bench 'ab_plus_c/.*/20_bits' --benchmark_filter=pq_scan --benchmark_min_time=0.01 "
      "--benchmark_format=json --benchmark_out='" +
      file + "'");
  ASSERT_EQ(result.status, 0) << result.errors;
  for (const json& results : {json::parse(result.output), json::parse(read_file(file))}) {
    ASSERT_EQ(results.at("benchmarks").size(), 1U);
    EXPECT_EQ(results.at("benchmarks")[0].at("name"), "ab_plus_c/pq_scan/20_bits/real_time");
    EXPECT_TRUE(results.at("benchmarks")[0].contains("operations"));
  }
}

TEST(Report, RefusesDamagedFiles) {
  const TemporaryFolder folder;
  const auto file = [&](const char* name, const char* text) {
    const auto path = folder.path() / name;
    std::ofstream(path) << text;
    return "'" + path.string() + "'";
  };
  expect_refusal("report " + file("truncated.json", "{\"context\": {"), "not JSON");
  expect_refusal("report " + file("other.json", "{\"a\": 1}"), "not a results file");
  expect_refusal("report " + file("list.json", "[1, 2]"), "not a results file");
  expect_refusal("report --verify " + file("page.html", "<p>no results</p>"), "holds no results");
  expect_refusal("report --verify page.html " + file("other.json", "{}"), "takes a page");
  expect_refusal("report " + file("newer.json", R"({"context": {"tandem": {"schema_version": 99}}, "benchmarks": []})"),
                 "schema 99");
}

TEST(Run, WritesAReportAndSaysWhere) {
  const TemporaryFolder folder;
  const Result result =
      tandem("run --quick 'ab_plus_c/pq_early_stop.*/(20|30)_bits' --out '" + folder.path().string() + "'");
  ASSERT_EQ(result.status, 0) << result.errors;
  EXPECT_THAT(result.output, HasSubstr("Report:"));
  const auto run_folder = std::filesystem::directory_iterator(folder.path())->path();
  EXPECT_THAT(read_file(run_folder / "report.md"), HasSubstr("timed rows agreed with its reference"));
  EXPECT_THAT(read_file(run_folder / "report.html"), HasSubstr("a + b + c with N = ab + c"));
  EXPECT_EQ(json::parse(read_file(run_folder / "results.json")).at("context").at("tandem").at("partial"), false);
}

TEST(Run, CountsWhatItsBudgetDidNotReach) {
  const TemporaryFolder folder;
  const Result result = tandem("run --minutes 0.2 '^ab_plus_c_range' --out '" + folder.path().string() + "'");
  ASSERT_EQ(result.status, 0) << result.errors;
  EXPECT_THAT(result.output, HasSubstr("Not reached in 12 s: "));
  const auto run_folder = std::filesystem::directory_iterator(folder.path())->path();
  const json results = json::parse(read_file(run_folder / "results.json"));
  EXPECT_EQ(results.at("context").at("tandem").at("budget_seconds"), 12);
  EXPECT_GT(results.at("context").at("tandem").at("not_reached").at("rows"), 0);
  for (const json& row : results.at("benchmarks")) {
    EXPECT_EQ(row.contains("speedup"), row.at("tandem").contains("headline")) << row;
  }
  expect_refusal("run --minutes 0", "minutes");
  expect_refusal("run --minutes 3 --full", "minutes");
}

TEST(Run, KeepsWhatIsDoneWhenInterrupted) {
  if (test::emulated) GTEST_SKIP() << "nothing is done by then, and the emulator has another command line";
  const TemporaryFolder folder;
  std::thread interrupter([] {
    std::this_thread::sleep_for(std::chrono::seconds(9));
    // Anchored, so that it is the program and not the shell around it.
    std::system("pkill -INT -f '^" TANDEM_PROGRAM " run --full'");
  });
  const Result result = tandem("run --full --out '" + folder.path().string() + "'");
  interrupter.join();
  ASSERT_EQ(result.status, 0) << result.errors;
  EXPECT_THAT(result.output, HasSubstr("Interrupted"));
  const auto run_folder = std::filesystem::directory_iterator(folder.path())->path();
  EXPECT_EQ(json::parse(read_file(run_folder / "results.json")).at("context").at("tandem").at("partial"), true);
  EXPECT_THAT(read_file(run_folder / "report.md"), HasSubstr("Partial"));
}

TEST(Run, AFolderThatCannotBeWrittenIsOneSentence) {
  const Result result = tandem("run 'ab_plus_c/.*/20_bits' --out /proc/nowhere");
  EXPECT_NE(result.status, 0);
  EXPECT_THAT(result.errors, StartsWith("tandem: "));
}

TEST(Machine, TellsAsTextAndAsJson) {
  const json machine = tandem_json("machine --quick --json");
  for (const char* field : {"machine", "peaks", "noise", "timer"}) EXPECT_TRUE(machine.contains(field)) << field;
  EXPECT_THAT(tandem("machine --quick").output, HasSubstr("GB/s"));
}

TEST(Reproduce, PrintsFiguresAndVerdicts) {
  const json claims = tandem_json("reproduce ab_plus_c/C1$ --json").at("claims");
  ASSERT_EQ(claims.size(), 1U);
  for (const char* field :
       {"id", "method", "statement", "source", "cases", "measured", "threshold", "verdict", "seconds"}) {
    EXPECT_TRUE(claims[0].contains(field)) << field;
  }
}

TEST(Reproduce, ListsTheTargetsOfThisProjectApart) {
  const json lists = tandem_json("reproduce 'ab_plus_c/C(1|6b)$' --json");
  ASSERT_EQ(lists.at("claims").size(), 1U);
  EXPECT_EQ(lists.at("claims")[0].at("id"), "C1");
  ASSERT_EQ(lists.at("targets").size(), 1U);
  EXPECT_EQ(lists.at("targets")[0].at("id"), "C6b");
  EXPECT_THAT(tandem("reproduce ab_plus_c/C6b").output, StartsWith("Targets of this project\n\nab_plus_c C6b: "));
}

TEST(Reproduce, CarriesTheDataOfAPicture) {
  EXPECT_FALSE(tandem_json("reproduce ab_plus_c/C1$ --json").at("claims").at(0).contains("data"));
  const json data = tandem_json("reproduce rnn/R3$ --json").at("claims").at(0).at("data");
  ASSERT_EQ(data.size(), 2U);
  EXPECT_EQ(data.at(0).at("kind"), "grid");
  ASSERT_EQ(data.at(0).at("series").size(), 6U);
  for (const json& scheme : data.at(0).at("series")) {
    EXPECT_EQ(scheme.at("z").size(), scheme.at("x").size() * scheme.at("y").size()) << scheme.at("name");
  }
}

TEST(Reproduce, AnswersWithAChartThatHasAnIntervalForEveryPoint) {
  const json chart = tandem_json("reproduce nbce/C13$ --json").at("claims").at(0).at("data").at(0);
  EXPECT_EQ(chart.at("kind"), "chart");
  const json& nbce = chart.at("series").at(0);
  for (const char* list : {"y", "low", "high"}) EXPECT_EQ(nbce.at(list).size(), nbce.at("x").size()) << list;
}

TEST(Reproduce, HidesTheSkeletonUnlessAsked) {
  EXPECT_EQ(tandem("reproduce skeleton/").status, 2);
  EXPECT_EQ(tandem_json("reproduce skeleton/ --hidden --json").at("claims").at(0).at("verdict"), "confirmed");
}

}  // namespace
}  // namespace tandem::test
