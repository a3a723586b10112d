// Numbers: NumPy's file .npy.
// Compiled with: problems/support/npy.cpp
#pragma once

#include <string_view>

#include "problems/support/npy.hpp"
#include "tests/fuzz/support.hpp"

namespace tandem::fuzz {

inline bool try_npy(std::string_view bytes) {
  problems::Array array;
  const auto parse = [&] { array = problems::parse_npy(bytes, "array", 1000, problems::NpyType::floats_or_doubles); };
  if (!accepted(parse)) return false;
  std::size_t count = 1;
  for (const std::size_t size : array.axes) count *= size;
  require(count == array.values.size() && count <= 1000, "an array has another size than its axes say");
  return true;
}

}  // namespace tandem::fuzz
