#include "reference/ab_plus_c/ab_plus_c.hpp"

#include <algorithm>
#include <stdexcept>

namespace tandem::ab_plus_c {

Minimum reference(Natural n) {
  if (n >= natural_end) throw std::invalid_argument("N must be below 2^126");
  Minimum best{.sum = n, .a = 0, .b = 0, .c = n, .iterations = 1};
  for (Natural a = 1; a * a <= n; ++a) {
    const Natural b = n / a;
    const Natural c = n - a * b;
    const Natural sum = a + b + c;
    const bool smaller_p = sum == best.sum && a + b < best.a + best.b;
    if (sum < best.sum || smaller_p) {
      best.sum = sum;
      best.a = a;
      best.b = b;
      best.c = c;
    }
    ++best.iterations;
  }
  return best;
}

void require_ordered(Range range) {
  if (range.low > range.high) {
    throw std::invalid_argument("the range is reversed: its first number " + std::to_string(range.low) +
                                " is above its end " + std::to_string(range.high));
  }
}

void reference_range(Range range, std::span<std::uint64_t> sums) {
  require_ordered(range);
  if (sums.size() != range.high - range.low) {
    throw std::invalid_argument("a range of " + std::to_string(range.high - range.low) +
                                " numbers needs as many sums, not " + std::to_string(sums.size()));
  }
  for (std::uint64_t n = range.low; n < range.high; ++n) {
    sums[n - range.low] = static_cast<std::uint64_t>(reference(n).sum);
  }
}

RangeTotal reference_range_total(Range range) {
  require_ordered(range);
  RangeTotal total;
  for (std::uint64_t n = range.low; n < range.high; ++n) {
    const Natural sum = reference(n).sum;
    total.sum += sum;
    total.maximum = std::max(total.maximum, static_cast<std::uint64_t>(sum));
  }
  return total;
}

Natural parse_natural(std::string_view text) {
  const auto refuse = [text](const char* why) {
    throw std::invalid_argument("'" + std::string(text) + "' is not a natural number below 2^126: " + why);
  };
  if (text.empty()) refuse("it is empty");
  Natural n = 0;
  for (const char digit : text) {
    if (digit < '0' || digit > '9') refuse("only the digits 0 to 9 are allowed");
    n = 10 * n + static_cast<Natural>(digit - '0');
    if (n >= natural_end) refuse("it is too large");
  }
  return n;
}

std::string to_string(Natural n) {
  std::string digits;
  do {
    digits.push_back(static_cast<char>('0' + static_cast<int>(n % 10)));
    n /= 10;
  } while (n != 0);
  std::reverse(digits.begin(), digits.end());
  return digits;
}

}  // namespace tandem::ab_plus_c
