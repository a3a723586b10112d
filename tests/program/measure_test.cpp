// What a record says of the roof of its rows.
#include "program/measure.hpp"

#include <gtest/gtest.h>

#include "tests/support/small_machine.hpp"

namespace tandem::program {
namespace {

suite::Row row_of(double seconds, suite::RowStatus status = suite::RowStatus::timed) {
  suite::Row row;
  row.status = status;
  row.seconds = seconds;
  row.work = {.fma_float = 16e9, .chain_fma = 0.5e9};  // 1 and 2 s
  return row;
}

Record small_record() {
  Record record;
  record.machine = suite::small_card();
  record.peaks = {suite::small_peaks(1, 1), suite::small_peaks(4, 3)};
  return record;
}

TEST(RoofOfARecord, FollowsItsPeaks) {
  Record record = small_record();
  const suite::Roof roof = roof_of(record);
  EXPECT_DOUBLE_EQ(roof.least(row_of(4).work, 1).seconds, 2);
  for (suite::Peaks& peaks : record.peaks) peaks.fma_latency /= 4;
  EXPECT_DOUBLE_EQ(roof.least(row_of(4).work, 1).seconds, 1);
}

TEST(RoofOfARecord, IsOfTheLastPeaksForAllTimedRows) {
  Record record = small_record();
  record.rows = {row_of(4), row_of(8), row_of(0, suite::RowStatus::left_out)};
  record.rows[0].roof = 0.75;  // by other peaks
  hold_against_last_peaks(record);
  EXPECT_DOUBLE_EQ(record.rows[0].roof.value(), 0.5);
  EXPECT_EQ(record.rows[0].binds, "chain");
  EXPECT_DOUBLE_EQ(record.rows[1].roof.value(), 0.25);
  EXPECT_FALSE(record.rows[2].roof);
}

TEST(RoofOfARecord, IsNoneOfSuspectPeaks) {
  Record record = small_record();
  record.rows = {row_of(4)};
  record.rows[0].roof = 0.5;
  record.suspect_peaks = "a neighbour was measured";
  EXPECT_EQ(roof_of(record).least(row_of(4).work, 1).seconds, 0);
  hold_against_last_peaks(record);
  EXPECT_FALSE(record.rows[0].roof);
  EXPECT_EQ(record.rows[0].binds, "");
}

}  // namespace
}  // namespace tandem::program
