// A row again, where float has left only the tokens between two logits in doubt: its likely tokens in double, or all.
#pragma once

#include <optional>
#include <vector>

#include "impl/nbce/row/row.hpp"

namespace tandem::nbce {

/// Relative to the row's maximum.
struct ExactSums {
  struct Token {
    float logit;
    std::size_t id;
  };
  double all_mass = 0;
  Sums above;                  ///< of the tokens above summary.high
  std::vector<Token> between;  ///< the tokens from summary.low to summary.high, by id
  double rounding = 0;         ///< a share of all_mass times top_p is known to within this, and so is what is kept
};

/// The row, or nothing where the sums leave a doubt about what is kept.
std::optional<Row> row_of(ExactSums sums, const Summary& summary, const Settings& settings);

}  // namespace tandem::nbce
