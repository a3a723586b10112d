// How a description of an answer is read: nothing can be left out of it, and each rule refuses what it must.
#include "benchmarks/suite/fields.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include "impl/nbce/nbce.hpp"
#include "reference/ab_plus_c/ab_plus_c.hpp"
#include "reference/unigram/continuation.hpp"
#include "reference/unigram/unigram.hpp"

namespace tandem::suite {
namespace {

using testing::HasSubstr;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

struct Inner {
  std::vector<int> numbers;
  double size = 0;
};
struct Answer {
  double sum = 0;
  std::vector<float> values;
  Inner inner;
};
struct Row {
  int number = 0;
  std::string text;
};

static_assert(member_count<Answer> == 3);
static_assert(member_count<Inner> == 2);
static_assert(member_count<ab_plus_c::Minimum> == 5);
static_assert(member_count<unigram::Vocabulary> == 4);
static_assert(member_count<unigram::Continuation> == 3);
static_assert(member_count<nbce::BothAnswers> == 2);

template <class Of, class Describe>
std::string left_out(const Describe& describe) {
  Of answer{};
  auto fields = Fields<Of>::poison(answer);
  describe(fields);
  try {
    fields.require_complete();
  } catch (const std::logic_error& refusal) {
    return refusal.what();
  }
  return "complete";
}

constexpr auto inner_numbers = [](auto& answer) -> auto& { return answer.inner.numbers; };
constexpr auto inner_size = [](auto& answer) -> auto& { return answer.inner.size; };

TEST(Description, CannotLeaveOutAMember) {
  EXPECT_THAT(left_out<Answer>([](auto&) {}), HasSubstr("member 1 of the answer"));
  EXPECT_THAT(left_out<Answer>([](auto& fields) { fields.equal("sum", &Answer::sum); }),
              HasSubstr("member 2 of the answer"));
  const auto but_inner_size = [](auto& fields) {
    fields.equal("sum", &Answer::sum);
    fields.ignored("values", &Answer::values, "a test");
    fields.equal("numbers", inner_numbers);
  };
  EXPECT_THAT(left_out<Answer>(but_inner_size), HasSubstr("member 2 of member 3 of the answer"));
  EXPECT_EQ(left_out<Answer>([&](auto& fields) {
              but_inner_size(fields);
              fields.absolute("size", inner_size, {}, 1);
            }),
            "complete");
  EXPECT_EQ(left_out<Answer>([&](auto& fields) { fields.equal("everything", itself); }), "complete");
}

TEST(Description, CannotLeaveOutAColumn) {
  using Rows = std::vector<Row>;
  EXPECT_THAT(left_out<Rows>([](auto&) {}), HasSubstr("member 1 of the answer"));
  EXPECT_THAT(left_out<Rows>([](auto& fields) { fields.equal("number", column(&Row::number), 2); }),
              HasSubstr("member 2 of the answer"));
  EXPECT_EQ(left_out<Rows>([](auto& fields) {
              fields.equal("number", column(&Row::number), 2);
              fields.ignored("text", column(&Row::text), "a test");
            }),
            "complete");
  EXPECT_EQ(left_out<Rows>([](auto& fields) { fields.equal("rows", itself, 2); }), "complete");
  EXPECT_THAT(left_out<std::vector<int>>([](auto&) {}), HasSubstr("leaves out the answer"));
}

TEST(Description, HasEachNameOnce) {
  Answer answer;
  auto fields = Fields<Answer>::poison(answer);
  fields.equal("sum", &Answer::sum);
  EXPECT_THROW(fields.equal("sum", &Answer::values), std::logic_error);
}

TEST(Poison, GivesEveryFieldItsShape) {
  Answer answer{.sum = 1, .values = {1, 2, 3}, .inner = {.numbers = {4}, .size = 5}};
  auto fields = Fields<Answer>::poison(answer);
  fields.equal("sum", &Answer::sum);
  fields.equal("values", &Answer::values, 2);
  fields.equal("numbers", inner_numbers, up_to(100));
  fields.ignored("size", inner_size, "a test");
  EXPECT_TRUE(std::isnan(answer.sum));
  ASSERT_EQ(answer.values.size(), 2U);
  EXPECT_TRUE(std::isnan(answer.values[0]) && std::isnan(answer.values[1]));
  EXPECT_EQ(answer.inner.numbers, std::vector<int>(1, std::numeric_limits<int>::min()));
  EXPECT_GE(answer.inner.numbers.capacity(), 100U);
  EXPECT_EQ(answer.inner.size, 0);
}

TEST(Poison, IsFoundInWhatIsToBeRight) {
  const auto malformed = [](const std::vector<std::vector<double>>& answer, const Shape& shape) {
    auto fields = Fields<std::vector<std::vector<double>>>::list(answer);
    fields.equal("lists", itself, shape);
    return fields.malformed().value_or("well formed");
  };
  EXPECT_EQ(malformed({{1, 2}, {3, 4}}, {2, 2}), "well formed");
  EXPECT_THAT(malformed({{1, 2}, {3, nan}}, {2, 2}), HasSubstr("lists was never written"));
  EXPECT_EQ(malformed({{1, 2}}, {2, 2}), "lists has 1 elements, not 2");
  EXPECT_EQ(malformed({{1, 2}, {3}}, {2, 2}), "element 1 of lists has 1 elements, not 2");
  EXPECT_EQ(malformed({{1, 2}, {}}, {2, up_to(2)}), "well formed");
}

/// By one rule alone.
template <class Of, class Describe>
Agreement judged(const Of& right, const Of& answer, const Describe& describe) {
  const std::vector<std::string> all_known;
  auto fields = Fields<Of>::compare(right, answer, all_known);
  describe(fields);
  return fields.agreement();
}

using Numbers = std::vector<double>;

Agreement absolute(const Numbers& right, const Numbers& answer) {
  return judged(right, answer, [](auto& fields) { fields.absolute("x", itself, {}, 0.5); });
}

TEST(Absolute, NamesTheFirstElementBeyondTheToleranceAndTellsTheLargestError) {
  EXPECT_TRUE(absolute({1, 2, 3}, {1.5, 2, 2.75}).agrees());
  EXPECT_EQ(absolute({1, 2, 3}, {1.5, 2, 2.75}).error, 0.5);
  const Agreement off = absolute({1, 2, 3, 4}, {1.25, 3, 3, 9});
  EXPECT_FALSE(off.agrees());
  EXPECT_EQ(off.error, 5);
  EXPECT_EQ(off.message, "element 1 of x is 3, expected 2");
}

TEST(Absolute, ForgetsNoNaN) {
  EXPECT_FALSE(absolute({1, 2, 3}, {nan, 2, 3.25}).agrees());
  EXPECT_FALSE(absolute({1, 2, 3}, {1.25, 2, nan}).agrees());
  EXPECT_FALSE(absolute({nan}, {nan}).agrees());
  EXPECT_EQ(absolute({1, 2}, {nan, 9}).message, "element 0 of x is nan, expected 1");
}

TEST(Absolute, TakesInfinitiesAsTheyAre) {
  EXPECT_TRUE(absolute({infinity, -infinity}, {infinity, -infinity}).agrees());
  EXPECT_FALSE(absolute({infinity}, {-infinity}).agrees());
  EXPECT_FALSE(absolute({infinity}, {1}).agrees());
  EXPECT_FALSE(absolute({1}, {infinity}).agrees());
}

TEST(Absolute, ChecksTheSizeFirst) {
  EXPECT_EQ(absolute({1, 2, 3}, {1, 2}).message, "x has 2 elements, expected 3");
  EXPECT_EQ(absolute({1, 2, 3}, {}).error, infinity);
  EXPECT_FALSE(absolute({}, {1}).agrees());
}

TEST(Absolute, ForgivesNoSizeAndNoNaNWhateverTheTolerance) {
  const auto forgiving = [](const Numbers& answer) {
    return judged(Numbers{1, 2}, answer, [](auto& fields) { fields.absolute("x", itself, {}, infinity); });
  };
  EXPECT_FALSE(forgiving({1}).agrees());
  EXPECT_FALSE(forgiving({1, nan}).agrees());
  EXPECT_FALSE(forgiving({1, infinity}).agrees());
}

TEST(Relative, ScalesByTheRightAnswerAndTakesNoScaleFromAWrongOne) {
  const auto judge = [](const Numbers& right, const Numbers& answer) {
    return judged(right, answer, [](auto& fields) {
      fields.relative("x", itself, {}, 0.9, [](const Numbers& all) { return all[0]; });
    });
  };
  EXPECT_EQ(judge({2}, {3}).error, 0.5);
  EXPECT_TRUE(judge({2}, {3}).agrees());
  EXPECT_EQ(judge({1}, {3}).error, 2);
  EXPECT_FALSE(judge({1}, {3}).agrees()) << "though it is less than 3";
}

TEST(Equal, CountsWhatDiffersInWhateverIsCompared) {
  using Rows = std::vector<Row>;
  const auto equal = [](const Rows& right, const Rows& answer) {
    return judged(right, answer, [](auto& fields) { fields.equal("rows", itself); });
  };
  const Rows right = {{1, "a"}, {2, "b"}, {3, "c"}};
  EXPECT_TRUE(equal(right, right).agrees());
  const Agreement off = equal(right, {{1, "a"}, {2, "x"}, {4, "c"}});
  EXPECT_EQ(off.error, 2);
  EXPECT_EQ(off.tolerance, 0);
  EXPECT_EQ(off.message, "member 2 of element 1 of rows is 'x', expected 'b'");
  EXPECT_EQ(equal(right, {}).error, infinity);
}

TEST(RelativeLength, MeasuresEveryPartAndAllOfThem) {
  const auto judge = [](const Numbers& answer, const std::vector<Part>& parts) {
    return judged(Numbers{3, 4, 0, 0}, answer, [&](auto& fields) {
      fields.relative_length("g", itself, 4, 0.1, parts, [](const Numbers&, const Part&) { return 5.0; });
    });
  };
  const std::vector<Part> halves = {{"first", 0, 2}, {"second", 2, 2}};
  EXPECT_TRUE(judge({3, 4, 0, 0.4}, halves).agrees());
  EXPECT_THAT(judge({3, 4, 0, 0.6}, halves).message, HasSubstr("second is off by 0.12 of its size, most in element 3"));
  EXPECT_FALSE(judge({nan, 4, 0, 0}, halves).agrees());
  EXPECT_FALSE(judge({3, 4, 0}, halves).agrees());
  EXPECT_THROW(judge({3, 4, 0, 9}, {{"first", 0, 2}}), std::logic_error) << "the second part is judged by nobody";
  EXPECT_THROW(judge({3, 4, 0, 9}, {{"second", 2, 2}}), std::logic_error);
}

TEST(EqualOr, ExcusesNothingThatWasNeverWritten) {
  const auto judge = [](int answer) {
    return judged(7, answer, [](auto& fields) {
      fields.equal_or("token", itself, {}, [](int, int other) { return Agreement{.error = other == 8 ? 0.0 : 1.0}; });
    });
  };
  EXPECT_TRUE(judge(7).agrees());
  EXPECT_TRUE(judge(8).agrees());
  EXPECT_FALSE(judge(9).agrees());
  EXPECT_THAT(judge(std::numeric_limits<int>::min()).message, HasSubstr("never written"));
}

TEST(Skipped, IsNotCompared) {
  const Answer right{.sum = 1, .values = {}, .inner = {}};
  const Answer answer{.sum = 2, .values = {}, .inner = {}};
  const std::vector<std::string> unknown = {"sum"};
  auto fields = Fields<Answer>::compare(right, answer, unknown);
  fields.equal("sum", &Answer::sum);
  EXPECT_TRUE(fields.agreement().agrees());
}

}  // namespace
}  // namespace tandem::suite
