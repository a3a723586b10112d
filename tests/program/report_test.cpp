// Tables, numbers and results files, without any measuring.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "impl/support/whole_file.hpp"
#include "program/results.hpp"
#include "reports/claims.hpp"
#include "reports/table.hpp"
#include "reports/tables.hpp"
#include "tests/support/command.hpp"

namespace tandem {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST(Numbers, HaveThreeDigitsAndThousands) {
  EXPECT_EQ(reports::number_text(0), "0");
  EXPECT_EQ(reports::number_text(0.01234), "0.0123");
  EXPECT_EQ(reports::number_text(1.5), "1.50");
  EXPECT_EQ(reports::number_text(12.34), "12.3");
  EXPECT_EQ(reports::number_text(999.4), "999");
  EXPECT_EQ(reports::number_text(1234), "1,230");
  EXPECT_EQ(reports::number_text(1234567), "1,230,000");
  EXPECT_EQ(reports::number_text(-1234), "-1,230");
  EXPECT_EQ(reports::number_text(std::numeric_limits<double>::infinity()), "inf");
  EXPECT_EQ(reports::number_text(std::nan("")), "n/a");
}

TEST(Numbers, OfCountsAreWholeButForAMean) {
  EXPECT_EQ(reports::count_text(20), "20");
  EXPECT_EQ(reports::count_text(213.66), "213.7");
  EXPECT_EQ(reports::count_text(1024), "1,024");
  EXPECT_EQ(reports::count_text(1234567.8), "1,234,568");
}

TEST(Numbers, TimesAndRatiosHaveReadableUnits) {
  EXPECT_EQ(reports::time_text(2.5), "2.50 s");
  EXPECT_EQ(reports::time_text(2.5e-3), "2.50 ms");
  EXPECT_EQ(reports::time_text(2.5e-6), "2.50 us");
  EXPECT_EQ(reports::time_text(2.5e-9), "2.50 ns");
  EXPECT_EQ(reports::time_text(2.5e-11), "0.0250 ns");
  EXPECT_EQ(reports::ratio_text(5.2, 5.1, 5.3), "5.20x [5.10, 5.30]");
  EXPECT_EQ(reports::ratio_text(0.01, 0.008, 0.0125), "1/100 [1/125, 1/80.0]");
}

TEST(Table, AlignsByWidthAndLeavesOutEmptyColumns) {
  reports::Table table({{"name"}, {"empty"}, {"µ", reports::Align::right}});
  table.add({"a|b", "", "1"});
  table.add({"µµµµµ", "", "22"});
  EXPECT_EQ(table.text(),
            "| name  |   µ |\n"
            "| ----- | ---:|\n"
            "| a\\|b  |   1 |\n"
            "| µµµµµ |  22 |\n");
  EXPECT_THROW(table.add({"one"}), std::logic_error);
}

suite::Row row(const std::string& variant, double seconds) {
  suite::Row row;
  row.method = "ab_plus_c";
  row.variant = variant;
  row.workload = "20_bits";
  row.status = suite::RowStatus::timed;
  row.seconds = seconds;
  row.iterations = 10;
  row.rounds.first = row.rounds.smallest = {seconds, std::nan(""), seconds};
  row.roof = 0.5;
  row.binds = "look-ups";
  row.best_sequential = "pq_scan";
  return row;
}

program::Record record() {
  program::Record record;
  record.command = "tandem run";
  record.started = "2026-01-01T00:00:00Z";
  record.rows = {row("reference", 1e-3), row("pq_scan", 1e-6)};
  record.rows[0].speedup = suite::Interval{1, 1, 1};
  record.rows[1].speedup = suite::Interval{1000, 900, 1100};
  return record;
}

claims::Finding finding(const char* id, const char* source, const claims::Outcome& outcome) {
  claims::Claim claim{.id = id,
                      .method = "made_up",
                      .statement = "One is two",
                      .source = source,
                      .threshold = "at least 2",
                      .experiment = {}};
  return {std::move(claim), outcome};
}

TEST(Results, AreValidJsonWhateverTheIntervals) {
  program::Record open = record();
  open.rows[1].speedup = suite::Interval{1000, 0, std::numeric_limits<double>::infinity()};
  const auto results = program::to_results(open);
  EXPECT_TRUE(nlohmann::json::accept(results.dump()));
  EXPECT_FALSE(results["benchmarks"][1].contains("speedup")) << "an open interval is no figure";
  EXPECT_TRUE(results["benchmarks"][0]["tandem"]["round_nanoseconds"][1].is_null());
  EXPECT_EQ(results["benchmarks"][1]["real_time"], 1000.0);
}

TEST(Tables, ShowSpeedupsAndSharesOfTheRoof) {
  auto results = program::to_results(record());
  const std::string tables = reports::speedup_tables(results);
  EXPECT_THAT(tables, HasSubstr("1,000x [900, 1,100]"));
  EXPECT_THAT(tables, HasSubstr("| 50 % look-ups |"));
  for (auto& benchmark : results["benchmarks"]) benchmark["tandem"].erase("roof_binds");
  EXPECT_THAT(reports::speedup_tables(results), HasSubstr("| 50 % |")) << "files from before it was said what binds";
}

TEST(Tables, ShowNoShareOfASuspectRoof) {
  program::Record suspect = record();
  suspect.suspect_peaks = "the peaks are off";
  EXPECT_THAT(reports::speedup_tables(program::to_results(suspect)), Not(HasSubstr("50 %")));
}

TEST(Tables, ShowARefusedRowWithItsReasonAndNoTime) {
  program::Record refused = record();
  refused.rows[1].status = suite::RowStatus::disagrees;
  refused.rows[1].message = "element 7 is wrong";
  const auto results = program::to_results(refused);
  EXPECT_THAT(reports::speedup_tables(results), HasSubstr("DISAGREES: element 7 is wrong"));
  EXPECT_THAT(reports::speedup_tables(results), Not(HasSubstr("1.00 us")));
  EXPECT_EQ(results["benchmarks"][1]["error_occurred"], true);
}

TEST(Tables, SayWhereTheReferenceWasNotRun) {
  program::Record large = record();
  large.rows[0].status = suite::RowStatus::left_out;
  large.rows[0].message = "not run at this size";
  large.rows[1].speedup.reset();
  for (suite::Row& row : large.rows) row.against = "sqrt_scan";
  EXPECT_THAT(reports::speedup_tables(program::to_results(large)),
              HasSubstr("Reference not run at this size; every answer agrees with sqrt_scan and the certificate."));
}

TEST(Tables, ShowWhatRowsCountUnderItsName) {
  program::Record counted = record();
  EXPECT_THAT(reports::speedup_tables(program::to_results(counted)), Not(HasSubstr("NFE")));
  for (suite::Row& row : counted.rows) {
    row.method = "flow_generate";
    row.steps = 1024;
  }
  counted.rows[1].steps.reset();
  const std::string tables = reports::speedup_tables(program::to_results(counted));
  EXPECT_THAT(tables, HasSubstr("evaluations (NFE) |"));
  EXPECT_THAT(tables, HasSubstr(" 1,024 |"));
}

TEST(Growth, IsFittedFromFiveSizesOn) {
  std::vector<suite::Row> rows;
  for (int bits = 20; bits <= 60; bits += 10) {
    suite::Row point = row("pq_scan", 4 * 1e-9 * std::ldexp(1.0, bits / 4));
    point.size = std::ldexp(1.0, bits / 4 * 4);
    point.items = 4;
    point.steps = 2 * std::ldexp(1.0, bits / 4);
    rows.push_back(point);
    rows.push_back(row("reference", 1));
    rows.back().fitted = false;
  }
  const auto fits = suite::fit_growth(rows);
  ASSERT_EQ(fits.size(), 1U);
  EXPECT_NEAR(fits[0].time.estimate, 0.25, 1e-9);
  EXPECT_NEAR(fits[0].steps->estimate, 0.25, 1e-9);
  EXPECT_EQ(fits[0].declared, 0.25);
  rows.resize(8);
  EXPECT_TRUE(suite::fit_growth(rows).empty());
}

TEST(WriteWhole, LeavesNothingBehindWhereItCannotWrite) {
  const test::TemporaryFolder folder;
  EXPECT_THROW(write_whole(folder.path() / "missing" / "file", "text"), std::runtime_error);
  write_whole(folder.path() / "file", "text");
  EXPECT_EQ(test::read_file(folder.path() / "file"), "text");
  // A full disk, where the temporary file would be written.
  std::filesystem::create_symlink("/dev/full", folder.path() / "full.partial");
  EXPECT_THROW(write_whole(folder.path() / "full", "text"), std::runtime_error);
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "full"));
}

TEST(Claims, ListTheTargetsApart) {
  const std::vector<claims::Finding> findings = {
      finding("C1", "kexue.fm 1", {"5 of 7", claims::Verdict::confirmed, 7}),
      finding("T1", claims::of_this_project, {"6 of 8", claims::Verdict::undecided, 8})};
  const nlohmann::ordered_json lists = program::to_json(findings);
  ASSERT_EQ(lists.at("claims").size(), 1U);
  ASSERT_EQ(lists.at("targets").size(), 1U);
  EXPECT_EQ(lists.at("claims")[0].at("cases"), 7);
  EXPECT_EQ(lists.at("targets")[0].at("source"), "this project");
  EXPECT_EQ(lists.at("targets")[0].at("verdict"), "undecided here");

  const std::string list = reports::claims_list(lists);
  EXPECT_THAT(list, StartsWith("Claims\n\nmade_up C1: confirmed\n"));
  EXPECT_THAT(list, HasSubstr("cases: 7\n\nTargets of this project\n\nmade_up T1: undecided here\n"));
}

TEST(Claims, OfOldResultsFilesAreTakenApartByTheirSources) {
  const auto entry = [](const char* id, const char* source) {
    return nlohmann::ordered_json{{"id", id},         {"method", "made_up"}, {"statement", "One is two"},
                                  {"source", source}, {"measured", "1"},     {"threshold", "at least 2"},
                                  {"seconds", 0.5},   {"verdict", "refuted"}};
  };
  const nlohmann::ordered_json old = {{"claims", {entry("C1", "kexue.fm 1"), entry("T1", "this project")}}};
  EXPECT_THAT(reports::claims_list(old), HasSubstr("Targets of this project\n\nmade_up T1: refuted\n"));
  EXPECT_THAT(reports::claims_list(old), Not(HasSubstr("cases")));
}

TEST(Claims, WithoutEntriesAreLeftOut) {
  EXPECT_EQ(reports::claims_list(program::to_json(std::vector<claims::Finding>{})), "");
}

}  // namespace
}  // namespace tandem
