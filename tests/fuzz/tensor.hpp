// A file of weights of LAC's network.
// Compiled with: impl/rnn/lac/tensor.cpp
#pragma once

#include <string_view>

#include "impl/rnn/lac/tensor.hpp"
#include "tests/fuzz/support.hpp"

namespace tandem::fuzz {

inline bool try_tensor(std::string_view bytes) {
  rnn::lac::Tensor tensor;
  if (!accepted([&] { tensor = rnn::lac::parse_tensor(bytes, "tensor"); })) return false;
  std::size_t count = 1;
  for (const std::size_t extent : tensor.shape) count *= extent;
  require(count == tensor.weights.size(), "a tensor has another size than its shape says");
  return true;
}

}  // namespace tandem::fuzz
