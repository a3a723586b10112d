// What is refused, in one sentence each.
#include <algorithm>
#include <cmath>

#include "reference/attention/attention.hpp"

#include "reference/support/require.hpp"

namespace tandem::attention {
namespace {

void require_size(const char* name, std::size_t size, std::size_t first, std::size_t second, std::size_t third) {
  const std::size_t limit = std::numeric_limits<std::size_t>::max();
  const bool fits = (second == 0 || first <= limit / second) && (third == 0 || first * second <= limit / third);
  require(fits && size == first * second * third, name, " has ", size, " numbers, not ", first, " x ", second, " x ",
          third);
}

void require_bias(const char* name, const std::vector<float>& bias, std::size_t heads, std::size_t width) {
  if (bias.empty()) return;
  require_size(name, bias.size(), heads, 1, width);
  require(std::ranges::all_of(bias, [](float number) { return std::isfinite(number); }), name,
          " holds a number that is not finite");
}

void require_rotation(const Rotation& rotation, std::size_t width) {
  require(rotation.width % 2 == 0, "the rotation turns pairs, so its width cannot be odd as ", rotation.width, " is");
  require(rotation.width <= width, "the rotation's width ", rotation.width, " is larger than the width ", width,
          " of queries and keys");
  require(std::isfinite(rotation.base) && rotation.base > 1, "the rotation's base is not a number above 1");
  require(std::abs(rotation.first_position) <= 0x1p40,
          "the first position is not a number between -2^40 and 2^40, beyond which angles are not known");
  require(rotation.window >= 0, "the window of the bent rotation is not a number that is 0 or more");
  require(rotation.stretch > 0, "the stretch of the bent rotation is not a number above 0");
}

void require_relative(const RelativeBias& bias) {
  if (bias.kind == Relative::none) return;
  require(std::isfinite(bias.first) && std::isfinite(bias.second), "a parameter of the relative bias is not finite");
  if (bias.kind == Relative::kerple_log)
    require(bias.second >= 0, "the logarithm of the relative bias takes no second parameter below 0");
  if (bias.kind == Relative::kerple_power) {
    require(bias.second > 0 && bias.second <= 2, "the power of the relative bias is not above 0 and at most 2");
  }
  if (bias.kind == Relative::sandwich) require(bias.second > 1, "the base of the relative bias is not above 1");
}

}  // namespace

void require_valid(const Problem& problem, const Answer& answer) {
  const Shape& shape = problem.shape;
  require(shape.heads > 0, "there are no heads");
  require(shape.key_heads > 0 && shape.heads % shape.key_heads == 0, shape.heads, " heads cannot share ",
          shape.key_heads, " key heads evenly");
  require(shape.width > 0, "queries and keys have no numbers");
  require(shape.keys < (std::size_t{1} << 31) && shape.queries < (std::size_t{1} << 31),
          "there are 2^31 or more queries or keys");
  require_size("the matrix of queries", problem.queries.size(), shape.heads, shape.queries, shape.width);
  require_size("the matrix of keys", problem.keys.size(), shape.key_heads, shape.keys, shape.width);
  require_size("the matrix of values", problem.values.size(), shape.key_heads, shape.keys, shape.width);
  require(problem.mask.window == 0 || problem.mask.causal, "a window belongs to a causal mask alone");
  require(std::isfinite(problem.scaling.base) && problem.scaling.base > 1,
          "the base of the scale is not a number above 1");
  require(std::isfinite(problem.scaling.slope) && problem.scaling.slope >= 0,
          "the slope of the scale is not a number that is 0 or more");
  require_rotation(problem.rotation, shape.width);
  require_relative(problem.relative);
  require_bias("the query bias", problem.query_bias, shape.heads, shape.width);
  require_bias("the key bias", problem.key_bias, shape.key_heads, shape.width);
  if (!problem.addend.empty()) require_size("the addend of the keys", problem.addend.size(), 1, 1, shape.keys);
  require(
      std::ranges::all_of(problem.addend, [](float number) { return number < std::numeric_limits<float>::infinity(); }),
      "the addend of a key is NaN or +inf");
  require_size("the answer's output", answer.output.size(), shape.heads, shape.queries, shape.width);
  require_size("the answer's entropy", answer.entropy.size(), shape.heads, 1, shape.queries);
}

}  // namespace tandem::attention
