// A file of weights of LAC's network, as PaddlePaddle writes it:
//   uint32 0, uint64 0 (no levels of detail), uint32 0, int32 n, n bytes that describe the tensor, float32 numbers
// where the description is a protocol buffer: field 1 the type (5: float32), field 2, repeated, the dimensions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::rnn::lac {

struct Tensor {
  std::vector<std::size_t> shape;  ///< one or two dimensions
  std::vector<float> weights;      ///< finite
};

/// Throws std::invalid_argument, which names the bytes, unless the header accounts for every one of them.
Tensor parse_tensor(std::string_view bytes, std::string_view name);

/// "4 x 3".
std::string to_text(const std::vector<std::size_t>& shape);

}  // namespace tandem::rnn::lac
