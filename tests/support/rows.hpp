// The rows of a method as its table has them, for tests of its own.
#pragma once

#include <string_view>
#include <vector>

#include "benchmarks/suite/registry.hpp"

namespace tandem::test {

/// All rows but the reference's, in the table's order.
template <class Problem, class Answer>
std::vector<suite::Variant<Problem, Answer>> rows_of(std::string_view method) {
  const auto& all = suite::typed_method<Problem, Answer>(method).variants;
  return {all.begin() + 1, all.end()};
}

}  // namespace tandem::test
