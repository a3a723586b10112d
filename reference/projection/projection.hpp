// Random projections of n vectors into k dimensions that keep lengths and inner products (Johnson and Lindenstrauss).
//
//   gaussian:  y = G x / sqrt(k), G independent standard normal numbers
//   sparse:    y = sqrt(3 / k) S x, S of -1, 0, 1 with probabilities 1/6, 2/3, 1/6
//   hadamard:  y = (H D x)_R / sqrt(k), D random signs, H the Hadamard matrix of +-1, R a random choice of k rows
//
// The random numbers are part of the problem, so that every variant computes the same projection.
//
// Sources: Johnson and Lindenstrauss, Contemporary Mathematics 26 (1984); Achlioptas, JCSS 66 (2003); Ailon and
// Chazelle, STOC 2006; kexue.fm 8679, 8706 (the lemma), 9588 (its reading of the log n scale).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace tandem::projection {

enum class Kind { gaussian, sparse, hadamard };

struct Problem {
  Kind kind = Kind::gaussian;
  std::size_t count = 0;            ///< n
  std::size_t width = 0;            ///< d
  std::size_t dimensions = 0;       ///< k
  std::vector<float> vectors;       ///< n x d
  std::vector<float> matrix;        ///< gaussian: k x d, else nothing
  std::vector<std::int8_t> signs;   ///< sparse: k x d of -1, 0, 1; hadamard: d of -1, 1; else nothing
  std::vector<std::uint32_t> rows;  ///< hadamard: k numbers below padded(width), else nothing
};

/// The n projected vectors, k numbers each.
using Answer = std::vector<float>;

/// The least power of two that is no smaller than `width`: what the Hadamard matrix takes, the rest is zeros.
std::size_t padded(std::size_t width);

/// The definition, in double. O(n k d). Throws std::invalid_argument where `require_valid` does.
void reference(const Problem& problem, Answer& answer);

/// One number in double: projected vector `vector`, dimension `dimension`. O(d).
double exact(const Problem& problem, std::size_t vector, std::size_t dimension);

/// The one place where input is refused. Throws std::invalid_argument with one sentence.
void require_valid(const Problem& problem, const Answer& answer);

}  // namespace tandem::projection
