// Cosines and sines of many positions, right to the last bit of a float: two tables in double, one of every 64th
// position and one of the 64 between, from which a block's numbers follow by the addition theorem. A table of all
// positions would be as large as the keys; angles in float are wrong by 8e-4 at position 32,768.
#pragma once

#include <cstddef>
#include <vector>

namespace tandem::attention {

class Angles {
 public:
  Angles() = default;
  /// Pair i < width / 2 turns by base^(-2i / width) per position; index n is the position first + n step.
  /// O(count / 64 + 64) cosines and sines for each pair.
  Angles(double base, std::size_t width, double first, double step, std::size_t count);

  std::size_t pairs() const { return pairs_; }

  /// cos and sin: count x pairs() numbers, of the indexes [begin, begin + count). O(count pairs).
  void fill(std::size_t begin, std::size_t count, float* cosines, float* sines) const;

  /// The sum of all pairs' cosines.
  double sum_of_cosines(std::size_t index) const;

 private:
  static constexpr std::size_t stride = 64;

  std::size_t pairs_ = 0;
  bool same_ = true;  ///< all positions are the first
  std::vector<double> coarse_cosines_;
  std::vector<double> coarse_sines_;
  std::vector<double> fine_cosines_;
  std::vector<double> fine_sines_;
};

}  // namespace tandem::attention
