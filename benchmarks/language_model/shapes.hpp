// The shapes of the language models that the methods are measured with.
#pragma once

#include "reference/language_model/language_model.hpp"

namespace tandem::language_model {

/// The model that comes with the project (models/kjv).
inline constexpr Shape shipped_shape{.dim = 128,
                                     .hidden_dim = 352,
                                     .layers = 4,
                                     .heads = 8,
                                     .kv_heads = 4,
                                     .vocabulary = 1024,
                                     .max_length = 256,
                                     .shared_classifier = true};

/// stories260K (github.com/karpathy/llama2.c).
inline constexpr Shape stories_shape{.dim = 64,
                                     .hidden_dim = 172,
                                     .layers = 5,
                                     .heads = 8,
                                     .kv_heads = 4,
                                     .vocabulary = 512,
                                     .max_length = 512,
                                     .shared_classifier = true};

}  // namespace tandem::language_model
