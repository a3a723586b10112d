// Claims: what makes a verdict of figures, and what is no verdict.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <stdexcept>

#include "claims/suite/claim.hpp"
#include "tests/support/full_speed.hpp"

namespace tandem::claims {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

Claim made_up(const Outcome& outcome) {
  return {.id = "C1",
          .method = "made_up",
          .statement = "One is two",
          .source = "kexue.fm 1",
          .threshold = "at least 2",
          .experiment = [outcome](bool) { return outcome; }};
}

TEST(Decision, NeedsAllOfTheInterval) {
  EXPECT_EQ(decide({4, 3.6, 4.4}, at_least(3.5)), Verdict::confirmed);
  EXPECT_EQ(decide({4, 3.5, 4.4}, at_least(3.5)), Verdict::confirmed) << "an end is allowed";
  EXPECT_EQ(decide({4, 3.4, 4.4}, at_least(3.5)), Verdict::undecided);
  EXPECT_EQ(decide({3, 2.9, 3.5}, at_least(3.5)), Verdict::undecided) << "an end is allowed";
  EXPECT_EQ(decide({3, 2.9, 3.4}, at_least(3.5)), Verdict::refuted);
  EXPECT_EQ(decide({1.5, 1.4, 1.6}, at_most(1.6)), Verdict::confirmed);
  EXPECT_EQ(decide({1.5, 1.4, 1.7}, at_most(1.6)), Verdict::undecided);
  EXPECT_EQ(decide({1.8, 1.7, 1.9}, at_most(1.6)), Verdict::refuted);
  EXPECT_EQ(decide({1, 0.98, 1.02}, {.least = 0.97, .most = 1.03}), Verdict::confirmed);
  EXPECT_EQ(decide({1, 0.9, 1.1}, {.least = 0.97, .most = 1.03}), Verdict::undecided);
}

TEST(Decision, FromTooFewRoundsIsNone) {
  EXPECT_EQ(decide({7, 0, infinity}, at_least(3.5)), Verdict::undecided);
  EXPECT_EQ(decide({7, -infinity, infinity}, at_most(3.5)), Verdict::undecided);
  EXPECT_EQ(decide({std::nan(""), 0, infinity}, at_least(3.5)), Verdict::undecided);
}

TEST(Decision, OfSeveralCasesIsWhatTheyShare) {
  using enum Verdict;
  EXPECT_EQ(together({confirmed, confirmed}), confirmed);
  EXPECT_EQ(together({refuted, refuted}), refuted);
  EXPECT_EQ(together({confirmed, refuted, undecided}), unstable) << "true in part, whatever the third would say";
  EXPECT_EQ(together({confirmed, undecided}), undecided);
  EXPECT_EQ(together({refuted, undecided}), undecided);
  EXPECT_EQ(together({confirmed, unstable}), unstable);
  EXPECT_EQ(together({}), not_testable);
}

TEST(Verdicts, HaveAWordEach) {
  EXPECT_EQ(to_string(Verdict::undecided), "undecided here");
  EXPECT_EQ(to_string(Verdict::not_testable), "not testable here");
  EXPECT_THROW(to_string(static_cast<Verdict>(99)), std::logic_error);
}

TEST(Finding, IsTheOutcomeWhereCasesWereLookedAt) {
  const Finding finding = test(made_up({"1 of 7 is two", Verdict::refuted, 7}), false);
  EXPECT_EQ(finding.outcome.verdict, Verdict::refuted);
  EXPECT_EQ(finding.outcome.cases, 7U);
  EXPECT_EQ(finding.outcome.measured, "1 of 7 is two");
}

TEST(Finding, OfNoCaseIsNoVerdict) {
  for (const Verdict verdict : {Verdict::confirmed, Verdict::refuted, Verdict::unstable, Verdict::undecided}) {
    const Outcome outcome = test(made_up({"0 of 0 is two", verdict, 0}), false).outcome;
    EXPECT_EQ(outcome.verdict, Verdict::not_testable) << to_string(verdict);
    EXPECT_EQ(outcome.measured, "no case was looked at: 0 of 0 is two");
  }
}

TEST(Finding, OfWhatIsMissingSaysOnlyThat) {
  const Outcome outcome = test(made_up(not_testable("the text is missing")), false).outcome;
  EXPECT_EQ(outcome.verdict, Verdict::not_testable);
  EXPECT_EQ(outcome.measured, "the text is missing");
}

TEST(Finding, OfAnExperimentThatThrowsIsNoVerdict) {
  Claim claim = made_up({"", Verdict::confirmed, 1});
  claim.experiment = [](bool) -> Outcome { throw std::invalid_argument("no such thing"); };
  const Outcome outcome = test(claim, false).outcome;
  EXPECT_EQ(outcome.verdict, Verdict::not_testable);
  EXPECT_EQ(outcome.measured, "the experiment failed: no such thing");
}

TEST(Finding, WithAPictureThatCannotBeDrawnIsNoVerdict) {
  using Kind = PictureKind;
  const auto measured = [](Kind kind, const Series& series) {
    return test(made_up({"fine", Verdict::confirmed, 1, {{.kind = kind, .title = "sizes", .series = {series}}}}), false)
        .outcome.measured;
  };
  const std::string failed =
      "the experiment failed: the lists of the series 'a' in the picture 'sizes' do not fit together";
  EXPECT_EQ(measured(Kind::chart, {.name = "a", .x = {1, 2}, .y = {3, 4}}), "fine");
  EXPECT_EQ(measured(Kind::chart, {.name = "a"}), failed);
  EXPECT_EQ(measured(Kind::chart, {.name = "a", .x = {1, 2}, .y = {3}}), failed);
  EXPECT_EQ(measured(Kind::chart, {.name = "a", .x = {1}, .y = {3}, .low = {2}}), failed);
  EXPECT_EQ(measured(Kind::chart, {.name = "a", .x = {1}, .y = {3}, .low = {2, 2}, .high = {4, 4}}), failed);
  EXPECT_EQ(measured(Kind::grid, {.name = "a", .x = {1, 2}, .y = {3, 4, 5}, .z = {1, 2, 3, 4, 5, 6}}), "fine");
  EXPECT_EQ(measured(Kind::grid, {.name = "a", .x = {1, 2}, .y = {3, 4, 5}, .z = {1, 2, 3, 4, 5}}), failed);
  EXPECT_EQ(measured(Kind::images, {.name = "a", .z = {0, 1, 1, 0}, .columns = 2}), "fine");
  EXPECT_EQ(measured(Kind::images, {.name = "a", .z = {0, 1, 1}, .columns = 2}), failed);
  EXPECT_EQ(measured(Kind::images, {.name = "a", .z = {0, 1}}), failed);
}

TEST(RegisteredClaims, ClaimsSayWhoStatesThem) {
  for (const Claim& claim : all_claims()) {
    EXPECT_NE(claim.source, "this project") << claim.method << " " << claim.id << " is a target: of_this_project";
    EXPECT_FALSE(claim.id.starts_with("T") && !claim.is_target()) << claim.method << " " << claim.id;
  }
}

// Of the claims that take least; a whole quick run looks at all.
TEST(RegisteredClaims, ClaimsCountTheirCases) {
  const auto chosen = select(test::emulated ? "^skeleton/" : "/(S1|C1|R2|R5|R7|R11)$", false, true);
  EXPECT_FALSE(chosen.empty());
  for (const Claim& claim : chosen) {
    const Outcome outcome = test(claim, false).outcome;
    EXPECT_GT(outcome.cases, 0U) << claim.method << " " << claim.id << ": " << outcome.measured;
  }
}

}  // namespace
}  // namespace tandem::claims
