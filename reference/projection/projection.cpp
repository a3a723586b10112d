#include "reference/projection/projection.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "reference/support/require.hpp"

namespace tandem::projection {
namespace {

void require_size(const char* name, std::size_t size, std::size_t rows, std::size_t columns) {
  require(rows == 0 || columns == 0 ? size == 0 : size % rows == 0 && size / rows == columns, name, " has ", size,
          " numbers, not ", rows, " x ", columns);
}

/// The matrix's number in row `dimension` and column i, without the factor.
double entry(const Problem& problem, std::size_t dimension, std::size_t i) {
  if (problem.kind == Kind::gaussian) return problem.matrix[dimension * problem.width + i];
  if (problem.kind == Kind::sparse) return problem.signs[dimension * problem.width + i];
  const bool odd = std::popcount(problem.rows[dimension] & i) % 2 == 1;  // H_ri = (-1)^(bits that r and i share)
  return odd ? -problem.signs[i] : problem.signs[i];
}

}  // namespace

std::size_t padded(std::size_t width) { return std::bit_ceil(std::max<std::size_t>(width, 1)); }

double exact(const Problem& problem, std::size_t vector, std::size_t dimension) {
  double sum = 0;
  for (std::size_t i = 0; i < problem.width; ++i) {
    sum += entry(problem, dimension, i) * problem.vectors[vector * problem.width + i];
  }
  return sum * std::sqrt((problem.kind == Kind::sparse ? 3.0 : 1.0) / static_cast<double>(problem.dimensions));
}

void reference(const Problem& problem, Answer& answer) {
  require_valid(problem, answer);
  for (std::size_t vector = 0; vector < problem.count; ++vector) {
    for (std::size_t dimension = 0; dimension < problem.dimensions; ++dimension) {
      answer[vector * problem.dimensions + dimension] = static_cast<float>(exact(problem, vector, dimension));
    }
  }
}

void require_valid(const Problem& problem, const Answer& answer) {
  const std::size_t k = problem.dimensions;
  const std::size_t d = problem.width;
  require(d > 0 && k > 0, "there is no projection from or into 0 dimensions");
  require_size("the matrix of vectors", problem.vectors.size(), problem.count, d);
  require_size("the answer", answer.size(), problem.count, k);
  const bool gaussian = problem.kind == Kind::gaussian;
  const bool hadamard = problem.kind == Kind::hadamard;
  require_size("the Gaussian matrix", problem.matrix.size(), gaussian ? k : 0, d);
  require_size("the matrix of signs", problem.signs.size(), gaussian ? 0 : (hadamard ? 1 : k), d);
  require_size("the list of rows", problem.rows.size(), 1, hadamard ? k : 0);
  require(std::ranges::all_of(problem.signs, [&](int sign) { return sign * sign == 1 || (sign == 0 && !hadamard); }),
          "a sign is neither -1 nor 1");
  require(std::ranges::all_of(problem.rows, [&](std::uint32_t row) { return row < padded(d); }),
          "a row of the Hadamard matrix does not exist");
}

}  // namespace tandem::projection
