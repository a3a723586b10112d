// What a function refuses with.
#pragma once

#include <stdexcept>
#include <string>

namespace tandem::test {

/// The sentence of the std::invalid_argument that the function throws, or "accepted".
template <class Function>
std::string refusal(Function&& function) {
  try {
    function();
  } catch (const std::invalid_argument& sentence) {
    return sentence.what();
  }
  return "accepted";
}

}  // namespace tandem::test
