// What is found in a row of a matrix of costs.
#pragma once

#include <cstddef>

namespace tandem::flow {

/// The two least reduced costs of a row.
struct TwoLeast {
  double first;
  double second;
  std::size_t first_column;
  std::size_t second_column;
};

/// The columns of one search for a shortest path. Lists are as long as the row.
struct Search {
  double* distance;     ///< of the columns that are not done; infinite for the others
  double* done;         ///< 0, or infinite for a column that is done
  double* from;         ///< the row from which it was reached
  const double* price;  ///< of columns
};

}  // namespace tandem::flow
