// The shipped language model and held-out text for it, as the experiments about NBCE use them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "impl/nbce/nbce.hpp"

namespace tandem::claims {

/// A piece of held-out text and how it goes on.
struct Passage {
  std::vector<language_model::Token> context;  ///< whole lines
  std::vector<language_model::Token> opening;  ///< the first tokens of the line that follows
  std::vector<language_model::Token> target;   ///< and those after them
};

struct HeldOut {
  language_model::PackedModel model;
  std::vector<Passage> passages;  ///< in the order of the text; none overlaps another

  std::size_t trained_length() const { return model.shape().max_length; }
};

/// The shipped model, and the passages of held_out.txt beside it; nothing where either is missing. Read once.
const std::optional<HeldOut>& held_out();

/// One passage's true context among n, where the others come from elsewhere in the text; `place` is where it stands.
struct Trial {
  const Passage* passage;
  std::vector<std::vector<language_model::Token>> contexts;
  std::size_t place;
};
Trial trial_of(const HeldOut& text, std::size_t contexts, std::uint64_t seed);

}  // namespace tandem::claims
