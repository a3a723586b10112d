// What the program prints where it is used in shells, hooks and pipes: full devices, closed pipes, bytes that are no
// UTF-8.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "benchmarks/suite/json_text.hpp"
#include "tests/support/command.hpp"

namespace tandem::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;

/// A script for the shell, in which $tandem is the program.
Result shell(const std::string& script) {
  const TemporaryFolder folder;
  const std::string path = (folder.path() / "script").string();
  std::ofstream(path) << "tandem='" TANDEM_PROGRAM "'\n" << script << "\n";
  return run("/bin/bash", "'" + path + "'");
}

TEST(Output, ThatDoesNotArriveIsOneSentence) {
  for (const std::string arguments :
       {"solve ab_plus_c 128", "solve ab_plus_c --range 1 20000", "list", "list --json", "check skeleton/simd --hidden",
        "reproduce skeleton --hidden", "--help", "solve --help", "--version",
        "solve tokenize --vocab '" TANDEM_SOURCE_FOLDER "/models/unigram/vocabulary.tsv' '" TANDEM_SOURCE_FOLDER
        "/LICENSE'"}) {
    const Result full = shell("\"$tandem\" " + arguments + " >/dev/full");
    EXPECT_EQ(full.status, 1) << arguments;
    EXPECT_EQ(full.errors, "tandem: cannot write to the standard output: No space left on device\n") << arguments;
    const Result closed = shell("\"$tandem\" " + arguments + " >&-");
    EXPECT_EQ(closed.status, 1) << arguments;
    EXPECT_THAT(closed.errors, HasSubstr("cannot write to the standard output: Bad file descriptor")) << arguments;
  }
}

TEST(Output, ThatNobodyReadsAnyMoreIsNoError) {
  const std::string range = "solve ab_plus_c --range 1 200000";
  const Result usual = shell("\"$tandem\" " + range + " | head -n 1; echo ${PIPESTATUS[0]}");
  EXPECT_THAT(usual.output, HasSubstr("141")) << "ended by the signal, as every tool";
  EXPECT_EQ(usual.errors, "");
  // Where the signal is ignored, as in the children of some programs.
  for (const std::string& arguments : {range, std::string("list")}) {
    const Result ignored = shell("trap '' PIPE; { sleep 0.2; \"$tandem\" " + arguments + "; echo $? >&2; } | true");
    EXPECT_EQ(ignored.errors, "0\n") << arguments;
  }
}

TEST(Json, IsValidWhateverTheEnvironmentHolds) {
  const Result machine = shell("export OMP_STRANGE=$'\"\\xff\\\\'; \"$tandem\" machine --quick --json");
  ASSERT_EQ(machine.status, 0) << machine.errors;
  EXPECT_EQ(json::parse(machine.output).at("machine").at("environment").at("OMP_STRANGE"), "\"\xEF\xBF\xBD\\");
  const TemporaryFolder folder;
  const std::string out = (folder.path() / "r.json").string();
  const Result bench = shell(
      "export OMP_STRANGE=$'\\xff'; \"$tandem\" bench --rounds 6 '^ab_plus_c/pq_scan/20_bits' --out '" + out + "'");
  ASSERT_EQ(bench.status, 0) << bench.errors;
  EXPECT_TRUE(json::accept(read_file(out)));
}

TEST(Json, OfGoogleBenchmarkIsValidWithRepetitionsAndAnyContext) {
  const TemporaryFolder folder;
  const std::string out = (folder.path() / "r.json").string();
  const Result bench = shell(
      "\"$tandem\" bench '^ab_plus_c/pq_scan/20_bits' --benchmark_min_time=0.001 --benchmark_repetitions=2 "
      "--benchmark_context=who=$'\\xff' --benchmark_format=json --benchmark_out='" +
      out + "'");
  ASSERT_EQ(bench.status, 0) << bench.errors;
  EXPECT_TRUE(json::accept(bench.output)) << bench.output;
  EXPECT_TRUE(json::accept(read_file(out))) << read_file(out);
}

TEST(Json, IsReadNoDeeperThanAnyFileIs) {
  const auto nested = [](int depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_TRUE(suite::parse_json<json>(nested(20)).is_array());
  EXPECT_TRUE(suite::parse_json<json>(nested(1'000'000)).is_discarded());
  EXPECT_TRUE(suite::parse_json<json>("{").is_discarded());
}

}  // namespace
}  // namespace tandem::test
