// The page: what it shows, that nothing in a results file breaks it, and what it gives back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <random>
#include <string>
#include <utility>

#include "reports/page/archive.hpp"
#include "reports/page/page.hpp"
#include "reports/results_file.hpp"

namespace tandem::reports {
namespace {

using testing::HasSubstr;
using testing::Not;

Json row(const std::string& variant, double nanoseconds, int threads = 1) {
  return {{"name", variant},
          {"threads", threads},
          {"real_time", nanoseconds},
          {"speedup", 1000 / nanoseconds},
          {"speedup_low", 990 / nanoseconds},
          {"speedup_high", 1010 / nanoseconds},
          {"speedup_sequential", 10 / nanoseconds},
          {"speedup_sequential_low", 9 / nanoseconds},
          {"speedup_sequential_high", 11 / nanoseconds},
          {"agreement_error", 0.0},
          {"roof", 0.5},
          {"operations", 100.0},
          {"bytes", 50.0},
          {"tandem",
           {{"method", "made_up"},
            {"variant", variant},
            {"workload", "small"},
            {"headline", "a small one"},
            {"threaded", threads > 1},
            {"peer", variant.starts_with("peer_")},
            {"size", 16.0},
            {"items", 1.0},
            {"status", "timed"},
            {"message", ""},
            {"tolerance", 0.0},
            {"input_hash", "0123456789abcdef"},
            {"best_sequential", "loop"},
            {"round_nanoseconds", Json::array_t(52, nanoseconds)}}}};
}

Json claim(const std::string& id, const std::string& verdict) {
  return {{"id", id},        {"method", "made_up"},       {"statement", "One is two"}, {"source", "kexue.fm 1"},
          {"measured", "1"}, {"threshold", "at least 2"}, {"verdict", verdict},        {"cases", 7},
          {"seconds", 0.5}};
}

Json results() {
  Json json;
  json["context"]["tandem"] = {
      {"schema_version", 1},
      {"started", "2026-01-02T03:04:05Z"},
      {"seconds", 83.0},
      {"machine", {{"processor", "Made Up"}, {"cores", 2}, {"chosen_target", "AVX3"}}},
      {"families", {{{"name", "made_up"}, {"title", "Made up"}, {"formula", "x_{t-1}^2 < y"}}}},
      {"claims", {claim("C1", "confirmed"), claim("C2", "refuted")}},
      {"targets", Json::array({claim("T1", "undecided here")})}};
  json["benchmarks"] = {row("reference", 1000), row("loop", 10), row("loop_omp", 6, 2), row("peer_other", 30)};
  return json;
}

std::string page(const Json& json) { return html_page({results_of(json, json.dump())}); }

TEST(Page, ShowsWhatRowsCountUnderItsName) {
  Json json = results();
  json["benchmarks"][1]["steps"] = 213.66;
  EXPECT_THAT(page(json), Not(HasSubstr("213.7"))) << "an older file, which does not say what they are";
  json["context"]["tandem"]["methods"] = {{{"name", "made_up"}, {"summary", ""}, {"source", ""}, {"steps", "tries"}}};
  EXPECT_THAT(page(json), HasSubstr("<th scope=\"col\">tries</th>"));
  EXPECT_THAT(page(json), HasSubstr("<td data-name=\"tries\">213.7</td>"));
  json["benchmarks"][1].erase("steps");
  EXPECT_THAT(page(json), Not(HasSubstr("tries</th>")));
}

TEST(Page, SaysFirstWhatTheMachineIsAndWhetherEverythingAgreed) {
  const std::string html = page(results());
  EXPECT_THAT(html, HasSubstr("<h1>Made Up, 2 cores, AVX-512</h1>"));
  EXPECT_THAT(html, HasSubstr("2 January 2026, 1 min 23 s"));
  EXPECT_THAT(html, HasSubstr("Every one of 4 timed rows agreed with its reference."));
  EXPECT_THAT(html, HasSubstr("2 published claims put to the test"));
  EXPECT_THAT(html, HasSubstr("x<sub>t-1</sub><sup>2</sup> &lt; y"));
  EXPECT_THAT(html, Not(HasSubstr("Partial")));
}

TEST(Page, ComparesTheBestWithTheReferenceTheLoopAndTheOtherLibrary) {
  const std::string html = page(results());
  EXPECT_THAT(html, HasSubstr("167× [165, 168] over the slow reference"));
  EXPECT_THAT(html, HasSubstr("1.67× [1.50, 1.83] over the best on one thread (loop)"));
  EXPECT_THAT(html, HasSubstr("5.00× [5.00, 5.00] over peer_other")) << "from the rounds that both share";
}

TEST(Page, ShowsARefusedRowFirstAndWithoutATime) {
  Json json = results();
  json["benchmarks"][2]["tandem"]["status"] = "DISAGREES";
  json["benchmarks"][2]["tandem"]["message"] = "element 7 is wrong";
  const std::string html = page(json);
  const std::size_t refused = html.find("element 7 is wrong");
  EXPECT_LT(refused, html.find("How many times as fast"));
  EXPECT_THAT(html, HasSubstr("1 row was refused"));
  EXPECT_THAT(html, Not(HasSubstr("Every one of")));
  EXPECT_THAT(html, Not(HasSubstr("6.00 ns")));
  EXPECT_THAT(markdown_summary({results_of(json, "")}), HasSubstr("- **DISAGREES** made_up/loop_omp/small"));
}

TEST(Page, HasASummaryThatFitsACommentOnAPullRequest) {
  Json json = results();
  for (int i = 0; i < 150; ++i) {
    json["context"]["tandem"]["claims"].push_back(claim("X" + std::to_string(i), "confirmed"));
    json["context"]["tandem"]["claims"].back()["statement"] = std::string(400, 'x');
    json["context"]["tandem"]["claims"].back()["measured"] = std::string(400, 'x');
  }
  const std::string text = markdown_summary({results_of(json, "")});
  EXPECT_LT(text.size(), 65536U);
  EXPECT_THAT(text, HasSubstr("- **refuted** made_up C2: One is two (1)\n"));
}

TEST(Page, SaysThatItIsPartialAndWhatWasNotReached) {
  Json json = results();
  json["context"]["tandem"]["partial"] = true;
  json["context"]["tandem"]["not_reached"] = {{"rows", 812}, {"claims", 3}};
  const std::string html = page(json);
  EXPECT_THAT(html, HasSubstr("Partial: the run was interrupted"));
  EXPECT_THAT(html, HasSubstr("812 rows and 3 claims not reached"));
}

TEST(Page, ShowsNoShareOfASuspectRoof) {
  Json json = results();
  EXPECT_THAT(page(json), HasSubstr("50 %"));
  json["context"]["tandem"]["suspect_peaks"] = "the peaks are off";
  EXPECT_THAT(page(json), HasSubstr("the peaks are off"));
  EXPECT_THAT(page(json), Not(HasSubstr("50 %")));
}

TEST(Page, DrawsThreadsFromFourCoresOn) {
  Json json = results();
  for (int threads = 2; threads <= 8; threads *= 2)
    json["benchmarks"].push_back(row("loop_tbb", 10.0 / threads, threads));
  json["benchmarks"].push_back(row("loop_tbb", 10));
  EXPECT_THAT(page(json), Not(HasSubstr("Amdahl")));
  json["context"]["tandem"]["machine"]["cores"] = 8;
  EXPECT_THAT(page(json), HasSubstr("Amdahl"));
}

TEST(Page, HasTheFiguresOfEveryPictureAsText) {
  Json json = results();
  json["benchmarks"].push_back(row("loop_simd", 5));
  json["benchmarks"][1]["agreement_error"] = 0.25;
  json["benchmarks"][1]["tandem"]["tolerance"] = 1.0;
  json["context"]["tandem"]["claims"][0]["data"] = {
      {{"kind", "chart"}, {"title", "t"}, {"series", {{{"name", "s"}, {"x", {1, 2}}, {"y", {3, nullptr}}}}}},
      {{"kind", "images"}, {"title", "t"}, {"series", {{{"name", "i"}, {"columns", 2}, {"z", {0, 0.5, 1, 0}}}}}}};
  const std::string html = page(json);
  for (const char* line : {"\n,a small one,loop_simd,the slow reference,200,198,202\n", "\n,refuted,1\n",
                           "\na small one,loop_simd,2,2,2\n", "\nmade_up,loop,small,0.25\n",
                           "\nmade_up,3 exact rows,,0\n", "\ns,1,3\ns,2,\n", "\n1,i,1,0,0.5\n1,i,2,1,0\n"}) {
    EXPECT_THAT(html, HasSubstr(line));
  }
}

// A variant's bars of all files stand together.
TEST(Page, GroupsTheRowsOfSeveralFilesByVariant) {
  const std::string html = html_page({results_of(results(), ""), results_of(results(), "")});
  std::vector<std::string> names;
  for (std::size_t at = html.find("scope=\"row\"><i"); at != std::string::npos;
       at = html.find("scope=\"row\"><i", at + 1)) {
    const std::size_t begin = html.find("</i>", at) + 4;
    names.push_back(html.substr(begin, html.find('<', begin) - begin));
  }
  EXPECT_THAT(names, testing::ElementsAre("loop_omp ×2", "loop_omp ×2", "loop", "loop", "peer_other", "peer_other",
                                          "reference", "reference"));
}

TEST(Page, ReadsFilesFromBeforeThereWereFamiliesAndHeadlines) {
  Json json = results();
  json["context"]["tandem"].erase("families");
  for (Json& benchmark : json["benchmarks"]) benchmark["tandem"].erase("headline");
  EXPECT_THAT(page(json), HasSubstr("made_up / small"));
}

TEST(Page, DividesOnlyWhatIsSound) {
  Json other = results();
  const auto both = [&] { return html_page({results_of(results(), ""), results_of(other, "")}); };
  EXPECT_THAT(both(), HasSubstr("Both files are of the same run"));
  EXPECT_THAT(both(), HasSubstr("1.00× [0.980, 1.02]"));
  other["context"]["tandem"]["machine"]["processor"] = "Another";
  EXPECT_THAT(both(), HasSubstr("Different machines (processor)"));
  other["benchmarks"][2]["tandem"]["input_hash"] = "another";
  EXPECT_THAT(both(), Not(HasSubstr("1.00× [0.980, 1.02]"))) << "two inputs are not one work";
}

/// The same with every value at that depth and below replaced, one after the other, and with every member lost.
void damage_each(Json& json, Json& at, const std::function<void()>& look) {
  if (!at.is_structured()) return;
  for (std::size_t i = 0; i < at.size(); ++i) {
    const auto child = std::next(at.begin(), static_cast<std::ptrdiff_t>(i));
    for (const Json& damage : {Json(), Json("<script>alert(1)</script>"), Json(1e308), Json::array({1, "x"})}) {
      Json kept = damage;
      std::swap(*child, kept);
      look();
      std::swap(*child, kept);
    }
    damage_each(json, *child, look);
  }
}

TEST(Page, StandsWhateverTheFileHolds) {
  Json json = results();
  json["benchmarks"].erase(3);
  json["benchmarks"].erase(0);
  for (Json& benchmark : json["benchmarks"]) benchmark["tandem"]["round_nanoseconds"] = {1.0};
  json["context"]["tandem"]["targets"].clear();
  json["context"]["tandem"]["growth"] = {
      {{"method", "made_up"}, {"variant", "loop"}, {"threads", 1}, {"time", {1, 1, 1}}}};
  json["context"]["tandem"]["peaks"] = {
      {{"threads", 1}, {"fma_float", 1e9}, {"levels", {{{"name", "L1"}, {"read", 1e9}}}}}};
  json["context"]["tandem"]["claims"] = Json::array({claim("C1", "confirmed")});
  json["context"]["tandem"]["claims"][0]["data"] = {
      {{"kind", "chart"},
       {"x", {{"log", true}}},
       {"series", {{{"x", {1, 2}}, {"y", {1, 2}}, {"low", {0}}, {"high", {3}}}}}},
      {{"kind", "grid"}, {"series", {{{"x", {1, 2}}, {"y", {1, 2}}, {"z", {1, 2, 3, 4}}}}}},
      {{"kind", "images"}, {"series", {{{"columns", 2}, {"z", {0, 0.5, 1, 0}}}}}}};
  std::size_t pages = 0;
  damage_each(json, json["context"]["tandem"], [&] {
    ++pages;
    const Json damaged = json;
    const std::string html = html_page({results_of(damaged, ""), results_of(results(), "")});
    ASSERT_THAT(html, Not(HasSubstr("<script>alert")));
    ASSERT_THAT(html, HasSubstr("</html>"));
    ASSERT_THAT(markdown_summary({results_of(damaged, "")}), HasSubstr("# Tandem report"));
  });
  damage_each(json, json["benchmarks"], [&] {
    ++pages;
    ASSERT_THAT(page(json), Not(HasSubstr("<script>alert")));
  });
  EXPECT_GT(pages, 400U);
}

TEST(Page, StandsForNoRowsOneRowAndManyCores) {
  Json json = results();
  json["benchmarks"] = Json::array();
  EXPECT_THAT(page(json), HasSubstr("No row was timed."));
  json["benchmarks"] = Json::array({row("loop", 10)});
  EXPECT_THAT(page(json), HasSubstr("The one timed row agreed"));
  json["context"]["tandem"]["machine"]["cores"] = 256;
  for (int threads = 1; threads <= 256; ++threads)
    json["benchmarks"].push_back(row("loop_omp", 10.0 / threads, threads));
  EXPECT_THAT(page(json), HasSubstr("256 cores"));
}

TEST(Page, CutsLabelsAndKeepsTheFile) {
  Json json = results();
  for (Json& benchmark : json["benchmarks"]) {
    benchmark["tandem"]["variant"] = "v" + std::string(10000, 'x');
    benchmark["tandem"]["workload"] = std::string(10000, 'w');
  }
  EXPECT_LT(page(json).size(), 200000U);
  EXPECT_EQ(results_in_page(page(json)), std::vector{json.dump()});
}

TEST(Page, GivesBackTheFilesThatItWasMadeFrom) {
  const std::string bytes = results().dump(1) + std::string("\0\xff <\">", 6);
  const std::string html = html_page({results_of(results(), bytes), results_of(results(), "second")});
  EXPECT_EQ(results_in_page(html), (std::vector<std::string>{bytes, "second"}));
  for (std::size_t size = 0; size < 9; ++size)
    EXPECT_EQ(unpacked(packed(bytes.substr(0, size))), bytes.substr(0, size));
  EXPECT_THROW(results_in_page("<html></html>"), std::invalid_argument);
  std::string text = packed(bytes);
  EXPECT_THROW(unpacked(text.substr(0, 40)), std::invalid_argument);
  EXPECT_THROW(unpacked(text.substr(0, 41)), std::invalid_argument);
  text[20] = '<';
  EXPECT_THROW(unpacked(text), std::invalid_argument);
  EXPECT_THROW(unpacked(packed(std::string(1000000, ' ')), 1000), std::invalid_argument) << "a bomb";
}

// A run of everything: 4,000 rows of 104 rounds.
TEST(Page, OfAFullRunHasAtMostTwoMegabytes) {
  Json json = results();
  Json& benchmarks = json["benchmarks"];
  std::mt19937_64 random(1);
  for (int workload = 0; workload < 800; ++workload) {
    for (const char* variant : {"reference", "plain_loop", "plain_loop_simd", "plain_loop_simd_omp", "peer_other"}) {
      Json one = row(variant, 1 + static_cast<double>(random() % 100000) / 1000);
      one["tandem"]["workload"] = "length_" + std::to_string(workload);
      one["tandem"].erase("headline");
      Json& rounds = one["tandem"]["round_nanoseconds"] = Json::array();
      for (int round = 0; round < 104; ++round) rounds.push_back(static_cast<double>(random() % 10'000'000) / 1e5);
      benchmarks.push_back(std::move(one));
    }
  }
  const std::string html = page(json);
  EXPECT_LE(html.size(), 2'000'000U);
  const Json held = Json::parse(results_in_page(html).at(0));
  EXPECT_EQ(held["benchmarks"].size(), benchmarks.size());
  EXPECT_EQ(held["benchmarks"].back()["tandem"]["input_hash"], "0123456789abcdef");
  EXPECT_THAT(html, HasSubstr("The values of every round would be most of this page"));
}

TEST(Page, HasNoAddressThatABrowserWouldOpenByItself) {
  const std::string html = page(results());
  for (const char* opener : {" src=", "@import", "url(", "<iframe", "<img", "<object", "fetch("}) {
    EXPECT_THAT(html, Not(HasSubstr(opener)));
  }
}

}  // namespace
}  // namespace tandem::reports
