#include "impl/rnn/lac/tensor.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "impl/support/bytes.hpp"

namespace tandem::rnn::lac {
namespace {

std::vector<std::size_t> parse_shape(ByteReader description) {
  std::vector<std::size_t> shape;
  bool is_float = false;
  while (!description.empty()) {
    const std::uint64_t field = description.varint();
    const std::uint64_t value = description.varint();
    if (field == (1U << 3)) {
      is_float = value == 5;
    } else if (field == (2U << 3)) {
      shape.push_back(value);
    } else {
      description.refuse("has a damaged header");
    }
  }
  if (!is_float) description.refuse("does not hold float32 weights");
  if (shape.empty() || shape.size() > 2) description.refuse("is no vector or matrix");
  return shape;
}

}  // namespace

std::string to_text(const std::vector<std::size_t>& shape) {
  std::string text;
  for (const std::size_t size : shape) text += (text.empty() ? "" : " x ") + std::to_string(size);
  return text;
}

Tensor parse_tensor(std::string_view bytes, std::string_view name) {
  ByteReader file(bytes, name);
  constexpr std::size_t zeros = 4 + 8 + 4;
  if (std::ranges::any_of(file.take(zeros), [](char byte) { return byte != 0; })) {
    file.refuse("begins with something else than the header of a tensor");
  }
  const auto description = file.number<std::uint32_t>();
  // A float tensor of two dimensions takes at most 2 + 2 * 11 bytes.
  if (description > 64) file.refuse("claims a header of " + std::to_string(description) + " bytes");
  const std::size_t first = file.at();
  Tensor tensor{.shape = parse_shape({file.take(description), name, first}), .weights = {}};
  std::uint64_t claimed = sizeof(float);
  for (const std::size_t extent : tensor.shape) {
    // No product overflows: each factor is checked against what the file can hold.
    if (extent == 0 || extent > file.left() / claimed) claimed = 0;
    if (claimed == 0) break;
    claimed *= extent;
  }
  if (claimed == 0 || claimed != file.left()) {
    file.refuse("claims " + to_text(tensor.shape) + " weights but holds " + std::to_string(file.left()) +
                " bytes of them");
  }
  tensor.weights = file.numbers<float>(file.left() / sizeof(float));
  if (!std::ranges::all_of(tensor.weights, [](float weight) { return std::isfinite(weight); })) {
    file.refuse("holds a weight that is no finite number");
  }
  return tensor;
}

}  // namespace tandem::rnn::lac
