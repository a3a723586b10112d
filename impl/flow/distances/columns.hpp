// Points turned on their side: all first coordinates, all second ones, so that a vector holds neighbouring points.
#pragma once

#include <cstddef>
#include <vector>

#include "reference/flow/flow.hpp"

namespace tandem::flow {

struct Columns {
  static constexpr std::size_t multiple = 16;  ///< what a column is filled up to, with zeros

  std::size_t count = 0;
  std::size_t stride = 0;  ///< the length of a column: `count` rounded up
  std::size_t dimension = 0;
  std::vector<float> values;

  explicit Columns(const Points<float>& points)
      : count(points.size()),
        stride((count + multiple - 1) / multiple * multiple),
        dimension(points.dimension),
        values(stride * dimension) {
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t j = 0; j < dimension; ++j) values[j * stride + i] = points.values[i * dimension + j];
    }
  }
};

}  // namespace tandem::flow
