// What a run and the gate say in few lines, made from results without any measuring.
#include "reports/headlines.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "program/results.hpp"
#include "reports/gate_rows.hpp"

namespace tandem {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

suite::Row row_of(const std::string& variant, double seconds, double speedup, double sequential) {
  suite::Row row;
  row.method = "skeleton";
  row.workload = "64k";
  row.headline = "adding numbers";
  row.variant = variant;
  const suite::VariantTraits traits(variant);
  row.threaded = traits.threaded;
  row.peer = traits.peer;
  row.threads = traits.threaded ? 2 : 1;
  row.status = suite::RowStatus::timed;
  row.seconds = seconds;
  row.iterations = 1;
  row.speedup = suite::Interval{speedup, speedup * 0.9, speedup * 1.1};
  row.speedup_sequential = suite::Interval{sequential, sequential * 0.9, sequential * 1.1};
  row.best_sequential = "simd";
  return row;
}

program::Record small_record() {
  program::Record record;
  record.rows = {row_of("reference", 1e-3, 1, 0.1), row_of("eigen", 2e-4, 5, 0.5), row_of("simd", 1e-4, 10, 1),
                 row_of("simd_omp", 5e-5, 20, 2), row_of("peer_other", 4e-4, 2.5, 0.25)};
  return record;
}

TEST(HeadlineTable, HasALineWithTheBestRowOfEachKind) {
  const std::string table = reports::headline_table(program::to_results(small_record()));
  for (const char* cells : {"| adding numbers |   1.00 ms |     100 us | simd |",
                            "10.0x [9.00, 11.0] | 2.00x [1.80, 2.20]", "4.00x [3.64, 4.44] |"}) {
    EXPECT_THAT(table, HasSubstr(cells));
  }
  EXPECT_EQ(std::ranges::count(table, '\n'), 3) << table;
}

TEST(HeadlineTable, ShowsALoss) {
  program::Record record;
  record.rows = {row_of("reference", 1e-4, 1, 1), row_of("simd", 2e-4, 0.5, 0.5)};
  const std::string table = reports::headline_table(program::to_results(record));
  EXPECT_THAT(table, HasSubstr("|    100 us |     200 us | simd | 0.500x [0.450, 0.550] |"));
}

TEST(HeadlineTable, LeavesOutWhatIsNoHeadline) {
  program::Record record = small_record();
  for (suite::Row& row : record.rows) row.headline.clear();
  EXPECT_THAT(reports::headline_table(program::to_results(record)), Not(HasSubstr("simd")));
}

TEST(HeadlineTable, SaysFirstWhatWasRefused) {
  program::Record record = small_record();
  record.rows[2].status = suite::RowStatus::disagrees;
  record.rows[2].message = "element 7 is wrong";
  const std::string table = reports::headline_table(program::to_results(record));
  EXPECT_THAT(table, StartsWith("DISAGREES skeleton/simd/64k"));
  EXPECT_THAT(table, HasSubstr("element 7 is wrong\n| what is done"));
  EXPECT_THAT(table, HasSubstr("| eigen |")) << "the best of those that agree";
}

TEST(VerdictsLine, CountsClaimsAndTargetsApart) {
  program::Record record;
  const auto add = [&](claims::Verdict verdict, const char* source) {
    claims::Finding finding{.claim = {}, .outcome = {"", verdict, 1}};
    finding.claim.source = source;
    record.findings.push_back(finding);
  };
  for (int i = 0; i < 3; ++i) add(claims::Verdict::refuted, "kexue.fm 1");
  add(claims::Verdict::confirmed, "kexue.fm 1");
  add(claims::Verdict::undecided, claims::of_this_project);
  EXPECT_EQ(reports::verdicts_line(program::to_json(record.findings)),
            "Claims: 1 confirmed, 3 refuted.\nTargets of this project: 1 undecided here.\n");
  EXPECT_EQ(reports::verdicts_line(program::to_json(std::vector<claims::Finding>{})), "");
}

TEST(NotReached, IsInTheResultsOfARunWithABudget) {
  program::Record record = small_record();
  EXPECT_FALSE(program::to_results(record).at("context").at("tandem").contains("not_reached"));
  record.budget_seconds = 180;
  record.not_reached = {.rows = 12, .claims = 3};
  const auto tandem = program::to_results(record).at("context").at("tandem");
  EXPECT_EQ(tandem.at("budget_seconds"), 180);
  EXPECT_EQ(tandem.at("not_reached").at("rows"), 12);
  EXPECT_EQ(tandem.at("not_reached").at("claims"), 3);
}

TEST(GateSummary, CountsRowsOfOneSideWithAFewExamples) {
  nlohmann::ordered_json results = {{"head", "b"},
                                    {"base", "a"},
                                    {"margin", 0.05},
                                    {"margin_given", true},
                                    {"rows", nlohmann::ordered_json::array()},
                                    {"partial", false}};
  const auto add = [&](const std::string& name, const char* state) {
    results["rows"].push_back({{"name", name}, {"state", state}, {"rounds", 0}, {"counts", nlohmann::json::array()}});
  };
  for (int i = 0; i < 40; ++i) add("new" + std::to_string(i), "only in the head");
  add("old", "only in the base");
  const std::vector<std::string> sentences = reports::gate_summary(results);
  EXPECT_THAT(sentences, Contains("Only in the head, and not compared: 40 rows, as new0, new1, new2."));
  EXPECT_THAT(sentences, Contains("Only in the base, and not compared: 1 row: old."));
}

}  // namespace
}  // namespace tandem
