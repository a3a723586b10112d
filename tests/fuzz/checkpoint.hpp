// A checkpoint of a training of 100 steps with five parameters.
// Compiled with: impl/language_model/training/checkpoint.cpp
#pragma once

#include <cmath>
#include <string_view>

#include "impl/language_model/training/checkpoint.hpp"
#include "tests/fuzz/support.hpp"

namespace tandem::fuzz {

inline bool try_checkpoint(std::string_view bytes) {
  language_model::Checkpoint checkpoint;
  const auto parse = [&] {
    checkpoint = language_model::parse_checkpoint(bytes, "checkpoint",
                                                  {.header = {20241124, 0.5}, .steps = 100, .parameters = 5});
  };
  if (!accepted(parse)) return false;
  require(checkpoint.step <= 100 && checkpoint.loss_count <= 100, "steps beyond the last one were accepted");
  for (const float square : checkpoint.square) require(std::sqrt(square) >= 0, "a square below 0 was accepted");
  return true;
}

}  // namespace tandem::fuzz
