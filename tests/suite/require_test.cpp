// Looking at input must not cost what an answer costs: sentences are put together for input that is refused, alone.
#include "reference/support/require.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <locale>
#include <ostream>
#include <stdexcept>
#include <string>

#include "problems/attention/problems.hpp"
#include "problems/nbce/logits.hpp"
#include "tests/support/allocations.hpp"

namespace tandem {
namespace {

struct Part {
  int& written;
};

std::ostream& operator<<(std::ostream& out, const Part& part) {
  ++part.written;
  return out << "part";
}

std::string sentence_of(const auto&... parts) {
  try {
    require(false, parts...);
  } catch (const std::invalid_argument& refusal) {
    return refusal.what();
  }
  return "nothing was thrown";
}

TEST(Require, PutsItsSentenceTogetherWhereSomethingIsRefusedAlone) {
  int written = 0;
  require(true, Part{written});
  EXPECT_EQ(written, 0);
  EXPECT_EQ(sentence_of(Part{written}, " of ", std::size_t{1000}, " and ", -2), "part of 1000 and -2");
  EXPECT_EQ(written, 1);
}

TEST(Require, WritesNumbersWithoutTheUsersSeparators) {
  struct Thousands : std::numpunct<char> {
    char do_thousands_sep() const override { return '.'; }
    std::string do_grouping() const override { return "\3"; }
  };
  const std::locale before = std::locale::global(std::locale(std::locale(), new Thousands));
  EXPECT_EQ(sentence_of(1000000), "1000000");
  std::locale::global(before);
}

TEST(Require, AsksForNoMemoryWhereInputIsGood) {
  if (!test::counts_allocations) GTEST_SKIP() << "the sanitizer has an allocator of its own";
  const attention::Problem sequence =
      attention::random_problem({.heads = 2, .key_heads = 2, .queries = 3, .keys = 5}, 1);
  const attention::Answer output = attention::room_for(sequence);
  const nbce::Problem<float> logits = nbce::random_problem<float>(100, 3, 1, {1.2, 1.4, 1});
  const std::size_t before = test::allocated_bytes;
  attention::require_valid(sequence, output);
  nbce::require_valid(logits);
  for (std::size_t row = 0; row < logits.rows(); ++row) nbce::refuse_row(logits.row(row), row);
  EXPECT_EQ(test::allocated_bytes - before, 0U);
}

}  // namespace
}  // namespace tandem
