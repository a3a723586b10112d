// The whole method: sessions, the two ways to an answer, and the verb.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "impl/nbce/nbce.hpp"
#include "problems/language_model/models.hpp"
#include "tests/support/command.hpp"

namespace tandem::nbce {
namespace {

using language_model::Model;
using language_model::PackedModel;

Request small_request(std::size_t contexts) {
  Request request{};
  for (std::size_t k = 0; k < contexts; ++k) {
    request.contexts.push_back({static_cast<Token>(3 + k), 4, static_cast<Token>(k % 3)});
  }
  request.question = {2, 4};
  request.settings.temperature = 0;
  request.uniforms.assign(5, 0.5);
  return request;
}

const Model<float>& small_model() {
  static const Model<float> model = language_model::random_model(language_model::awkward_shape(1), 7);
  return model;
}

TEST(Session, LogProbabilitiesSumToOne) {
  const PackedModel packed(small_model());
  Session session(packed, small_request(3));
  for (int step = 0; step < 4; ++step) {
    session.merge(0.5);
    double sum = 0;
    for (Token token = 0; token < 21; ++token) sum += std::exp(session.log_probability(token));
    EXPECT_NEAR(sum, 1, 1e-6);
    session.append(static_cast<Token>(step));
  }
}

// The prompts are read once and their keys kept: the session must expect what a new one does that reads all tokens.
TEST(Session, IsTheSameAsReadingEverythingAnew) {
  const PackedModel packed(small_model());
  Request request = small_request(3);
  request.settings.eta = 0;  // a new session knows no previous choice
  Session session(packed, request);
  for (Token token : {5, 0, 20}) {
    session.append(token);
    request.question.push_back(token);
    Session anew(packed, request);
    const Answer<float>& expected = anew.merge(0.5);
    const Answer<float>& answer = session.merge(0.5);
    EXPECT_EQ(answer.merged, expected.merged);  // the decoder promises the same bits
    EXPECT_EQ(answer.chosen, expected.chosen);
  }
}

TEST(Session, WithoutContextsIsTheModelItself) {
  const PackedModel packed(small_model());
  Request request = small_request(0);
  request.settings.top_p = 1;
  Session session(packed, request);
  const Answer<float>& answer = session.merge(0.5);
  std::vector<double> logits(3 * 21);
  const std::vector<Token> sequence = {begin_of_sequence, 2, 4};
  language_model::reference(small_model(), std::span<const Token>(sequence), logits);
  double sum = 0;
  for (std::size_t id = 0; id < 21; ++id) sum += std::exp(logits[42 + id]);
  // logit_tolerance of the largest logit, and a few roundings of float.
  const double largest = std::abs(*std::ranges::max_element(logits));
  for (std::size_t id = 0; id < 21; ++id) {
    EXPECT_NEAR(answer.merged[id], logits[42 + id] - std::log(sum),
                2 * largest * language_model::logit_tolerance(small_model().shape) + 1e-5);
  }
  EXPECT_EQ(answer.chosen, -1);
}

TEST(Session, TakesEmptyContextsAndQuestions) {
  const PackedModel packed(small_model());
  Request request{};
  request.contexts = {{}, {}};
  Session session(packed, request);
  const Answer<float>& answer = session.merge(0.5);
  EXPECT_EQ(answer.chosen, 0);                                  // all three rows are alike: the first context
  EXPECT_NEAR(answer.entropies[0], answer.entropies[1], 4e-4);  // the contexts' are computed again, in double
}

TEST(Session, RefusesBeforeItReads) {
  const PackedModel packed(small_model());
  Request request = small_request(1);
  request.settings.beta = -2;
  EXPECT_THROW(Session(packed, request), std::invalid_argument);
  request = small_request(1);
  request.contexts[0][1] = 21;
  EXPECT_THROW(Session(packed, request), std::invalid_argument);
}

TEST(BothWays, FollowTheirDefinitions) {
  for (const std::size_t contexts : {0, 1, 4}) {
    AnswerProblem problem{small_model(), PackedModel(small_model()), small_request(contexts)};
    BothAnswers expected;
    reference(problem, expected);
    BothAnswers answers;
    nbce_simd(problem, answers, {});
    concatenated_simd(problem, answers, {});
    ASSERT_GT(*std::ranges::min_element(expected.nbce.margins), 1e-3) << "choose another seed";
    ASSERT_GT(*std::ranges::min_element(expected.concatenated.margins), 1e-3) << "choose another seed";
    EXPECT_EQ(answers.nbce.tokens, expected.nbce.tokens);
    EXPECT_EQ(answers.nbce.chosen, expected.nbce.chosen);
    EXPECT_EQ(answers.concatenated.tokens, expected.concatenated.tokens);
    EXPECT_TRUE(contexts > 0 || answers.nbce.tokens == answers.concatenated.tokens);
  }
}

class Verb : public testing::Test {
 protected:
  void SetUp() override {
    write("first.txt", "And Moses went up unto God.\n");
    write("second text.txt", "Grace be unto you.\n\xff\xfe\n");  // no UTF-8: bytes of their own
    write("empty.txt", "");
    std::string many;
    for (int i = 0; i < 200; ++i) many += "and the earth was without form ";
    write("long.txt", many);
  }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_.path() / name, std::ios::binary) << text;
  }
  std::string file(const std::string& name) const { return "'" + (folder_.path() / name).string() + "' "; }
  static test::Result solve(const std::string& arguments) {
    return test::run(TANDEM_PROGRAM, "solve nbce " + arguments);
  }
  void expect_refusal(const std::string& arguments, const std::string& sentence) const {
    const test::Result result = solve(arguments);
    EXPECT_EQ(result.status, 2) << arguments;
    EXPECT_EQ(result.output, "") << arguments;
    EXPECT_THAT(result.errors, testing::HasSubstr(sentence)) << arguments;
  }

 private:
  test::TemporaryFolder folder_;
};

TEST_F(Verb, NamesTheContextOfEveryToken) {
  const std::string arguments = "--context " + file("first.txt") + file("second text.txt") + file("empty.txt") +
                                "--question 'And he said' --tokens 6 --seed 5 --json";
  const test::Result result = solve(arguments);
  ASSERT_EQ(result.status, 0) << result.errors;
  const auto answer = nlohmann::json::parse(result.output);
  ASSERT_LE(answer["tokens"].size(), 6U);
  ASSERT_GE(answer["tokens"].size(), 1U);
  std::string text;
  for (const auto& token : answer["tokens"]) {
    EXPECT_GE(token["context"].get<int>(), 0);
    EXPECT_LT(token["context"].get<int>(), 3);
    EXPECT_EQ(token["entropies"].size(), 4U);
    text += token["text"].get<std::string>();
  }
  EXPECT_EQ(answer["answer"], text);
  EXPECT_EQ(solve(arguments).output, result.output) << "the same seed gives the same answer";
  EXPECT_THAT(solve("--question 'And he said' --tokens 2").output, testing::HasSubstr("And he said"));
}

TEST_F(Verb, TakesEveryPool) {
  for (const char* pool : {"entropy", "average", "maximum"}) {
    const test::Result result = solve("--context " + file("first.txt") + file("second text.txt") +
                                      "--question And --tokens 3 --temperature 0 --pool " + pool);
    EXPECT_EQ(result.status, 0) << result.errors;
  }
}

TEST_F(Verb, RefusesInOneSentence) {
  expect_refusal("--context /nowhere/x.txt --question And", "/nowhere/x.txt cannot be read");
  expect_refusal("--question And --beta -2", "beta must lie between -1 and 1000000");
  expect_refusal("--question And --beta nan", "beta must lie between -1 and 1000000");
  expect_refusal("--question And --top-p 1.5", "top-p must lie between 0 and 1");
  expect_refusal("--question And --temperature -1", "the temperature must be 0 or more");
  expect_refusal("--question And --eta inf", "eta must be a finite number");
  expect_refusal("--question And --pool median", "median");
  expect_refusal("--question And --tokens 1000", "but the model was trained for");
  expect_refusal("--context " + file("long.txt") + "--question And", "but the model was trained for");
  expect_refusal("--question And --model x.bin", "give --model and --tokenizer together");
}

TEST_F(Verb, ReadsBeyondTheTrainedLengthIfAsked) {
  const test::Result result = solve("--context " + file("long.txt") + "--question And --tokens 2 --extrapolate");
  EXPECT_EQ(result.status, 0) << result.errors;
}

}  // namespace
}  // namespace tandem::nbce
