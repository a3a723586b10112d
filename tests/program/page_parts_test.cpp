// What the page is made of: axes of pictures, and words.
#include <gtest/gtest.h>

#include <limits>

#include "reports/page/axis.hpp"
#include "reports/page/text.hpp"

namespace tandem::reports {
namespace {

TEST(Axis, PlacesValuesAndRoundsItsEnds) {
  Axis axis;
  axis.set_logarithmic(true);
  for (const double value : {-1.0, 0.0, std::numeric_limits<double>::infinity(), 20.0, 3000.0}) axis.include(value);
  axis.round();
  EXPECT_DOUBLE_EQ(axis.low(), 10);
  EXPECT_DOUBLE_EQ(axis.high(), 10000);
  EXPECT_NEAR(axis.place(100), 1.0 / 3, 1e-12);
  EXPECT_EQ(axis.place(1e9), 1);
  ASSERT_EQ(axis.ticks(6).size(), 4U);
  EXPECT_EQ(axis.ticks(6)[3].second, "10 k");
  Axis linear;
  for (const double value : {0.3, 7.2}) linear.include(value);
  linear.round();
  EXPECT_EQ(linear.low(), 0);
  EXPECT_EQ(linear.high(), 8);
  EXPECT_EQ(tick_text(1e-7), "10⁻⁷");
}

TEST(Words, AreShortAndSafe) {
  EXPECT_EQ(escaped("<a href=\"'&\">"), "&lt;a href=&quot;&#39;&amp;&quot;&gt;");
  EXPECT_EQ(shortened("µµµµ", 3), "µµµ…");
  EXPECT_EQ(times_text(0.01), "1/100");
  EXPECT_EQ(duration_text(2e-6), "2.00 µs");
  EXPECT_EQ(formula_html("a_i^{2}_"), "a<sub>i</sub><sup>2</sup>_");
  EXPECT_EQ(anchor("a b<\"'>"), "a-b----");
  EXPECT_EQ(source_html("kexue.fm 9783; <b>"),
            "<a href=\"https://kexue.fm/archives/9783\">kexue.fm 9783</a>; &lt;b&gt;");
  EXPECT_EQ(date_text("2026-11-28T01:02:03Z"), "28 November 2026");
  EXPECT_EQ(date_text("yesterday"), "yesterday");
}

}  // namespace
}  // namespace tandem::reports
