// tandem solve attention, from the outside.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "problems/attention/problems.hpp"
#include "problems/support/npy.hpp"
#include "tests/support/command.hpp"
#include "tests/support/program.hpp"

namespace tandem::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class SolveAttention : public testing::Test {
 protected:
  std::string file(const std::string& name) const { return "'" + (folder_.path() / name).string() + "'"; }
  std::string write(const std::string& name, std::vector<std::size_t> axes, const std::vector<float>& values) const {
    problems::write_npy(folder_.path() / name, axes, values);
    return file(name);
  }
  /// The options that hand over a problem's matrices.
  std::string handed(const attention::Problem& problem) const {
    const attention::Shape& shape = problem.shape;
    return " --queries " + write("q.npy", {shape.heads, shape.queries, shape.width}, problem.queries) + " --keys " +
           write("k.npy", {shape.key_heads, shape.keys, shape.width}, problem.keys) + " --values " +
           write("v.npy", {shape.key_heads, shape.keys, shape.width}, problem.values);
  }
  problems::Array output() const {
    return problems::read_npy(folder_.path() / "o.npy", 1 << 20, problems::NpyType::floats);
  }
  /// What the program gives is what the definition gives.
  void expect_reference(const std::string& options, attention::Problem problem) const {
    attention::Answer right = attention::room_for(problem);
    attention::reference(problem, right);
    const json result = tandem_json("solve attention --json --out " + file("o.npy") + options);
    const problems::Array given = output();
    EXPECT_EQ(given.axes, (std::vector{problem.shape.heads, problem.shape.queries, problem.shape.width}));
    ASSERT_EQ(given.values.size(), right.output.size());
    for (std::size_t i = 0; i < right.output.size(); ++i) EXPECT_NEAR(given.values[i], right.output[i], 1e-5) << i;
    for (std::size_t row = 0; row < right.entropy.size(); ++row) {
      const json& entropies = result.at("entropies").at(row / problem.shape.queries);
      EXPECT_NEAR(entropies.at(row % problem.shape.queries).get<double>(), right.entropy[row], 1e-4) << row;
    }
  }

 private:
  TemporaryFolder folder_;
};

TEST_F(SolveAttention, EveryOptionReachesTheLibrary) {
  const attention::Shape shape{.heads = 4, .key_heads = 2, .queries = 9, .keys = 13, .width = 8};
  const attention::Problem plain = attention::random_problem(shape, 3);
  const std::string sizes = " --heads 4 --key-heads 2 --query-count 9 --key-count 13 --width 8 --seed 3";
  expect_reference(sizes, plain);
  expect_reference(handed(plain), plain);

  attention::Problem windowed = plain;
  windowed.mask = {.causal = true, .window = 5};
  windowed.scaling = {.policy = attention::Scale::logarithmic, .per_row = true, .base = 4};
  windowed.relative = {.kind = attention::Relative::kerple_log, .first = 0.7, .second = 3};
  expect_reference(sizes +
                       " --causal --window 5 --scale logarithmic --per-row --scale-base 4 --relative kerple_log"
                       " --relative-first 0.7 --relative-second 3",
                   windowed);

  attention::Problem turned = plain;
  turned.mask.causal = true;
  turned.scaling = {.policy = attention::Scale::learned, .slope = 0.9};
  turned.rotation = {.width = 6,
                     .layout = attention::Layout::half_split,
                     .base = 100,
                     .first_position = 50,
                     .window = 4,
                     .stretch = 2};
  turned.query_bias = attention::normal_numbers(4 * 8, 1, 5, 0);
  turned.key_bias = attention::normal_numbers(2 * 8, 1, 5, 1);
  turned.addend = attention::normal_numbers(13, 1, 5, 2);
  turned.addend[4] = -INFINITY;
  expect_reference(sizes + " --causal --scale learned --slope 0.9 --rope 6 --rope-layout half_split --rope-base 100" +
                       " --first-position 50 --rerope-window 4 --rerope-stretch 2 --query-bias " +
                       write("a.npy", {4, 8}, turned.query_bias) + " --key-bias " +
                       write("b.npy", {2, 8}, turned.key_bias) + " --addend " + write("c.npy", {13}, turned.addend),
                   turned);
}

TEST_F(SolveAttention, WithoutHeadsInTheFileItIsOne) {
  const attention::Problem problem = attention::random_problem({1, 1, 3, 3, 2}, 1);
  const json result = tandem_json(
      "solve attention --json --out " + file("o.npy") + " --queries " + write("q.npy", {3, 2}, problem.queries) +
      " --keys " + write("k.npy", {3, 2}, problem.keys) + " --values " + write("v.npy", {3, 2}, problem.values));
  EXPECT_EQ(result.at("heads"), 1);
  EXPECT_EQ(output().axes, (std::vector<std::size_t>{3, 2}));
}

// Of queries (1, 0) and (0, 2) and keys that are the unit vectors, by hand: weights are e^(1/sqrt 2) or e^(2/sqrt 2)
// to 1.
TEST_F(SolveAttention, ShowsTheLargestWeights) {
  const std::string unit = write("k.npy", {2, 2}, {1, 0, 0, 1});
  const std::string input = "solve attention --queries " + write("q.npy", {2, 2}, {1, 0, 0, 2}) + " --keys " + unit +
                            " --values " + unit + " --rows 0 1 --largest 1";
  const json result = tandem_json(input + " --json");
  const json& largest = result.at("largest_weights");
  ASSERT_EQ(largest.size(), 2U);
  for (int row = 0; row < 2; ++row) {
    const json& weights = largest[row].at("weights");
    ASSERT_EQ(weights.size(), 1U);
    EXPECT_EQ(weights[0].at("key"), row);
    const double ratio = std::exp((row + 1) / std::sqrt(2.0));
    EXPECT_NEAR(weights[0].at("weight").get<double>(), ratio / (1 + ratio), 1e-12);
  }
  EXPECT_THAT(tandem(input).output, HasSubstr("0.8044 of key 1"));
}

TEST_F(SolveAttention, RefusesInASentence) {
  const std::string two = write("two.npy", {2, 2}, {1, 2, 3, 4});
  const auto of_files = [](const std::string& queries, const std::string& keys, const std::string& values) {
    return "solve attention --queries " + queries + " --keys " + keys + " --values " + values;
  };
  expect_refusal("solve attention --queries " + two, "together");
  expect_refusal(of_files(two, two, file("none.npy")), "none.npy cannot be read");
  expect_refusal(of_files(two, write("wide.npy", {2, 3}, std::vector<float>(6)), two), "rows of 3 numbers");
  expect_refusal(of_files(two, two, write("three.npy", {3, 2}, std::vector<float>(6))), "another shape");
  expect_refusal(of_files(write("flat.npy", {4}, {1, 2, 3, 4}), two, two), "1 axes");
  expect_refusal(of_files(write("nan.npy", {2, 2}, {1, NAN, 3, 4}), two, two), "not finite");
  expect_refusal("solve attention --heads 3 --key-heads 2", "share 2 key heads");
  expect_refusal("solve attention --window 4", "a window belongs to a causal mask");
  expect_refusal("solve attention --scale cubic", "cubic");
  expect_refusal("solve attention --rope 66", "larger than the width");
  expect_refusal("solve attention --rows 256", "there is no query 256");
  expect_refusal("solve attention --variant none", "has no variant 'none'");
  expect_refusal("solve attention --key-count 9999999999", "more than fits");
  expect_refusal("solve attention --query-bias " + write("short.npy", {3}, {1, 2, 3}), "the query bias has 3 numbers");
  expect_refusal("solve attention --variant matrix --query-count 20000 --key-count 20000", "more than 256 MiB");
}

}  // namespace
}  // namespace tandem::test
