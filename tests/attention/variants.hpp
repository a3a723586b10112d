// What the tests of attention share.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "benchmarks/suite/registry.hpp"
#include "impl/attention/attention.hpp"
#include "problems/attention/problems.hpp"

namespace tandem::attention {

/// Every row of the table, the reference's too, but for peers, which answer in part: all attention methods have the
/// same.
inline const std::vector<suite::Variant<Problem, Answer>>& every_variant() {
  static const auto variants = [] {
    auto all = suite::typed_method<Problem, Answer>("attention_full").variants;
    std::erase_if(all, [](const auto& variant) { return variant.name.text.starts_with("peer_"); });
    return all;
  }();
  return variants;
}

/// The largest difference of two lists of numbers; infinite where one alone is NaN.
inline double difference(const std::vector<float>& a, const std::vector<float>& b) {
  if (a.size() != b.size()) return INFINITY;
  double most = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double one = std::abs(static_cast<double>(a[i]) - b[i]);
    if (std::isnan(one)) return INFINITY;
    most = std::max(most, one);
  }
  return most;
}

inline void expect_near(const Answer& answer, const Answer& expected, double tolerance, const std::string& what) {
  EXPECT_LE(difference(answer.output, expected.output), tolerance) << what;
  EXPECT_LE(difference(answer.entropy, expected.entropy), tolerance) << what;
}

/// Queries [first, last) against the keys up to the last of them, as a chunk of a prefill has them.
inline Problem rows_of(const Problem& whole, std::size_t first, std::size_t last) {
  Problem part = whole;
  part.shape.queries = last - first;
  part.shape.keys = last;
  const std::size_t d = whole.shape.width;
  const auto cut = [&](const std::vector<float>& numbers, std::size_t heads, std::size_t rows, std::size_t from,
                       std::size_t to) {
    std::vector<float> kept;
    for (std::size_t head = 0; head < heads; ++head) {
      const auto begin = numbers.begin() + static_cast<std::ptrdiff_t>(head * rows * d);
      kept.insert(kept.end(), begin + static_cast<std::ptrdiff_t>(from * d),
                  begin + static_cast<std::ptrdiff_t>(to * d));
    }
    return kept;
  };
  part.queries = cut(whole.queries, whole.shape.heads, whole.shape.queries, first, last);
  part.keys = cut(whole.keys, whole.shape.key_heads, whole.shape.keys, 0, last);
  part.values = cut(whole.values, whole.shape.key_heads, whole.shape.keys, 0, last);
  if (!part.addend.empty()) part.addend.resize(last);
  return part;
}

inline Answer rows_of(const Problem& whole, const Answer& answer, std::size_t first, std::size_t last) {
  Answer part;
  const std::size_t d = whole.shape.width;
  for (std::size_t head = 0; head < whole.shape.heads; ++head) {
    for (std::size_t row = first; row < last; ++row) {
      const std::size_t index = head * whole.shape.queries + row;
      for (std::size_t i = 0; i < d; ++i) part.output.push_back(answer.output[index * d + i]);
      part.entropy.push_back(answer.entropy[index]);
    }
  }
  return part;
}

}  // namespace tandem::attention
