// Points: comma-separated text.
// Compiled with: problems/flow/files.cpp problems/support/npy.cpp reference/flow/flow.cpp
#pragma once

#include <string_view>

#include "problems/flow/files.hpp"
#include "tests/fuzz/support.hpp"

namespace tandem::fuzz {

inline bool try_csv(std::string_view bytes) {
  flow::Points<float> points;
  if (!accepted([&] { points = flow::parse_csv(bytes, "points", 1000); })) return false;
  require(points.size() > 0 && points.values.size() <= 1000, "no points, or too many, were accepted");
  return true;
}

}  // namespace tandem::fuzz
