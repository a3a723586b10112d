// Scales, rotations, biases, and what is refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <stdexcept>
#include <string>

#include "impl/attention/attention.hpp"
#include "impl/attention/heads/angles.hpp"
#include "problems/attention/problems.hpp"
#include "tests/attention/variants.hpp"

namespace tandem::attention {
namespace {

Problem rotated_problem(std::size_t n, std::size_t width, std::uint64_t seed, double bias = 1) {
  Problem problem = random_problem({1, 1, n, n, width}, seed);
  problem.mask.causal = true;
  problem.rotation.width = width;
  problem.query_bias = normal_numbers(width, bias, seed, 3);
  problem.key_bias = normal_numbers(width, bias, seed, 4);
  return problem;
}

Answer run(const auto& variant, const Problem& problem) {
  Answer answer = room_for(problem);
  variant.run(problem, answer, {});
  return answer;
}

TEST(Scales, AreThoseOfThePosts) {
  const auto factor = [](Scale policy, std::size_t n, double base) {
    return scale_factor({.policy = policy, .base = base}, n);
  };
  EXPECT_EQ(factor(Scale::standard, 7, 512), 1);
  EXPECT_EQ(factor(Scale::logarithmic, 512, 512), 1);  // to the bit
  EXPECT_DOUBLE_EQ(factor(Scale::logarithmic, 8, 512), 1.0 / 3);
  EXPECT_EQ(factor(Scale::logarithmic, 1, 512), 0);
  EXPECT_EQ(factor(Scale::post_hoc, 100, 512), 1);
  EXPECT_NEAR(factor(Scale::post_hoc, 8192, 4096), 1.083, 5e-4);  // kexue.fm 9948, s = 2
  EXPECT_NEAR(factor(Scale::post_hoc, 131072, 4096), 1.417, 5e-4);
  EXPECT_NEAR(factor(Scale::natural, 20, 512), std::log(20), 1e-15);
  EXPECT_NEAR(factor(Scale::learned, 20, 512), 0.43 * std::log(20), 1e-15);
}

// q^T R k + a^T R k + q^T R b + a^T R b by complex numbers: the bias comes before the rotation.
TEST(Biases, MakeFourTerms) {
  Problem problem = rotated_problem(9, 6, 1);
  const Row row = exact_row(problem, 0, 8);
  for (std::size_t j = 0; j < 9; ++j) {
    const double distance = 8 - static_cast<double>(j);
    double sum = 0;
    for (std::size_t i = 0; i < 6; i += 2) {
      const double angle = distance * std::pow(10000, -static_cast<double>(i) / 6);
      const auto term = [&](const float* x, const float* y) {
        return std::cos(angle) * (x[0] * y[0] + x[1] * y[1]) - std::sin(angle) * (x[1] * y[0] - x[0] * y[1]);
      };
      const float* q = problem.queries.data() + 8 * 6 + i;
      const float* k = problem.keys.data() + j * 6 + i;
      const float* a = problem.query_bias.data() + i;
      const float* b = problem.key_bias.data() + i;
      sum += term(q, k) + term(a, k) + term(q, b) + term(a, b);
    }
    EXPECT_NEAR(row.scores[j], sum / std::sqrt(6), 1e-6 * std::abs(sum) + 1e-6) << j;
  }
}

TEST(Biases, OfKeysChangeNothingWithoutARotation) {
  for (const auto& variant : every_variant()) {
    Problem problem = rotated_problem(70, 16, 2);
    problem.rotation.width = 0;
    const Answer with = run(variant, problem);
    problem.key_bias.clear();
    expect_near(with, run(variant, problem), 2e-6, variant.name);
    problem.query_bias.clear();  // that of queries does
    EXPECT_GT(difference(run(variant, problem).output, with.output), 0.01) << variant.name.text;
  }
}

// Qwen2's key biases have norms of some 900. Scores of 10^4 carry errors of 10^-3, and weights with them.
TEST(Biases, OfNorm900AreAsRightAsTheirScoresAllow) {
  const std::size_t d = 64;
  Problem problem = rotated_problem(100, d, 3);
  for (float& number : problem.key_bias) number *= 900 / std::sqrt(static_cast<float>(d));
  Answer expected = room_for(problem);
  reference(problem, expected);
  double largest = 0;
  for (const double score : exact_row(problem, 0, 99).scores) largest = std::max(largest, std::abs(score));
  const double weight_error = 2 * (3 * std::sqrt(d) + 8) * 0x1p-24 * 900 * 30 / std::sqrt(d);
  RecordProperty("largest_score", std::to_string(largest));
  EXPECT_GT(largest, 200);
  for (const auto& variant : every_variant()) {
    const double error = difference(run(variant, problem).output, expected.output);
    RecordProperty("error_of_" + variant.name.text, std::to_string(error));
    EXPECT_LE(error, 2 * weight_error * 4) << variant.name.text;
  }
}

TEST(Rotation, DependsOnRelativePositionsAlone) {
  for (const auto& variant : every_variant()) {
    Problem problem = rotated_problem(130, 32, 4);
    const Answer answer = run(variant, problem);
    for (const double shift : {1.0, 1000.0, 1e5, 1e6, -70.0}) {
      problem.rotation.first_position = shift;
      expect_near(run(variant, problem), answer, 1e-5, variant.name);
    }
  }
}

TEST(Rotation, LayoutsArePermutationsOfEachOther) {
  const std::size_t d = 16;
  Problem problem = rotated_problem(40, d, 5);
  const auto permuted = [&](const std::vector<float>& rows) {
    std::vector<float> out(rows.size());
    for (std::size_t at = 0; at < rows.size(); at += d) {
      for (std::size_t i = 0; i < d / 2; ++i) {
        out[at + i] = rows[at + 2 * i];
        out[at + d / 2 + i] = rows[at + 2 * i + 1];
      }
    }
    return out;
  };
  Problem other = problem;
  other.rotation.layout = Layout::half_split;
  other.queries = permuted(problem.queries);
  other.keys = permuted(problem.keys);
  other.query_bias = permuted(problem.query_bias);
  Problem forgotten = other;
  other.key_bias = permuted(problem.key_bias);
  for (const auto& variant : every_variant()) {
    const Answer answer = run(variant, problem);
    expect_near(run(variant, other), answer, 1e-5, variant.name);
    EXPECT_GT(difference(run(variant, forgotten).output, answer.output), 0.01) << variant.name.text;
  }
}

TEST(Rerope, IsRopeWithinItsWindow) {
  for (const auto& variant : every_variant()) {
    Problem problem = rotated_problem(60, 16, 6);
    const Answer plain = run(variant, problem);
    problem.rotation.window = 60;
    expect_near(run(variant, problem), plain, 1e-6, variant.name);
    problem.rotation.window = 59;  // one pair of 0 and 59, whose distance is the window's: still the same
    expect_near(run(variant, problem), plain, 1e-5, variant.name);
    problem.rotation.window = 20;
    EXPECT_GT(difference(run(variant, problem).output, plain.output), 0.01) << variant.name.text;
    problem.rotation.stretch = 1;  // leaky with k = 1 is RoPE again
    expect_near(run(variant, problem), plain, 1e-5, variant.name);
  }
}

// Keys come in blocks, and those beyond the window are turned otherwise: the border between the two in every block.
TEST(Rerope, OfFewQueriesOverManyKeysIsTheDefinition) {
  for (const auto& variant : every_variant()) {
    for (const std::size_t queries : {1, 3}) {
      for (const double window : {5.0, 200.0, 400.0}) {
        Problem problem = random_problem({2, 1, queries, 700, 16}, 8);
        problem.mask.causal = true;
        problem.rotation.width = 16;
        problem.rotation.window = window;
        problem.rotation.stretch = 4;
        Answer expected = room_for(problem);
        reference(problem, expected);
        expect_near(run(variant, problem), expected, 1e-5, variant.name);
      }
    }
  }
}

TEST(Angles, AreThoseOfDoublesToHalfAUnitInTheLastPlace) {
  for (const double first : {0.0, 1000.0, 1e6}) {
    const Angles angles(10000, 64, first, 1, 1000);
    std::vector<float> cosines(1000 * 32);
    std::vector<float> sines(1000 * 32);
    angles.fill(0, 1000, cosines.data(), sines.data());
    for (std::size_t n = 0; n < 1000; ++n) {
      for (std::size_t i = 0; i < 32; ++i) {
        const double angle = (first + static_cast<double>(n)) * std::pow(10000, -static_cast<double>(i) / 32);
        EXPECT_NEAR(cosines[n * 32 + i], std::cos(angle), 0x1p-24);
        EXPECT_NEAR(sines[n * 32 + i], std::sin(angle), 0x1p-24);
      }
    }
  }
}

TEST(Refusals, AreOneSentence) {
  const auto refusal = [](const std::function<void(Problem&, Answer&)>& change) {
    std::string first;
    for (const auto& variant : every_variant()) {
      Problem problem = random_problem({4, 2, 3, 5, 6}, 1);
      problem.mask.causal = true;
      Answer answer = room_for(problem);
      change(problem, answer);
      std::string said = "accepted";
      try {
        variant.run(problem, answer, {});
      } catch (const std::invalid_argument& error) {
        said = error.what();
      }
      if (first.empty()) first = said;
      EXPECT_EQ(said, first) << variant.name.text;
    }
    return first;
  };
  using testing::HasSubstr;
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(refusal([](Problem&, Answer&) {}), "accepted");
  EXPECT_EQ(refusal([](Problem& p, Answer&) { p.shape.key_heads = 3; }), "4 heads cannot share 3 key heads evenly");
  EXPECT_EQ(refusal([](Problem& p, Answer&) { p.shape.key_heads = 0; }), "4 heads cannot share 0 key heads evenly");
  EXPECT_EQ(refusal([](Problem& p, Answer&) { p.keys.pop_back(); }),
            "the matrix of keys has 59 numbers, not 2 x 5 x 6");
  EXPECT_THAT(refusal([](Problem& p, Answer&) { p.shape.queries = std::size_t{1} << 62; }), HasSubstr("2^31"));
  EXPECT_THAT(refusal([](Problem& p, Answer&) { p.mask = {.causal = false, .window = 2}; }), HasSubstr("window"));
  EXPECT_THAT(refusal([](Problem& p, Answer&) { p.rotation.width = 3; }), HasSubstr("cannot be odd as 3 is"));
  EXPECT_EQ(refusal([](Problem& p, Answer&) { p.rotation.width = 8; }),
            "the rotation's width 8 is larger than the width 6 of queries and keys");
  EXPECT_THAT(refusal([](Problem& p, Answer&) { p.rotation.base = 1; }), HasSubstr("base"));
  EXPECT_THAT(refusal([](Problem& p, Answer&) { p.rotation.base = nan; }), HasSubstr("base"));
  EXPECT_THAT(refusal([](Problem& p, Answer&) { p.rotation.first_position = nan; }), HasSubstr("first position"));
  EXPECT_THAT(refusal([](Problem& p, Answer&) { p.rotation.window = -1; }), HasSubstr("window"));
  EXPECT_THAT(refusal([](Problem& p, Answer&) { p.rotation.stretch = 0; }), HasSubstr("stretch"));
  EXPECT_THAT(refusal([](Problem& p, Answer&) { p.scaling.base = 1; }), HasSubstr("base of the scale"));
  EXPECT_THAT(refusal([](Problem& p, Answer&) { p.scaling.slope = -1; }), HasSubstr("slope"));
  EXPECT_THAT(refusal([](Problem& p, Answer&) { p.relative = {Relative::kerple_power, 1, 3}; }), HasSubstr("power"));
  EXPECT_THAT(refusal([](Problem& p, Answer&) { p.relative = {Relative::alibi, nan, 1}; }), HasSubstr("finite"));
  EXPECT_THAT(refusal([](Problem& p, Answer&) { p.query_bias = {1}; }), HasSubstr("the query bias has 1 numbers"));
  EXPECT_THAT(refusal([](Problem& p, Answer&) { p.key_bias.assign(12, INFINITY); }), HasSubstr("key bias"));
  EXPECT_THAT(refusal([](Problem& p, Answer&) { p.addend.assign(5, NAN); }), HasSubstr("NaN or +inf"));
  EXPECT_THAT(refusal([](Problem&, Answer& a) { a.output.clear(); }), HasSubstr("the answer's output"));
  EXPECT_THAT(refusal([](Problem&, Answer& a) { a.entropy.push_back(0); }), HasSubstr("the answer's entropy"));
}

}  // namespace
}  // namespace tandem::attention
