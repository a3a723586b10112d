// The rotation of a row with its bias and its scale in one pass, as it is packed for the product.
#pragma once

#include <cstddef>

namespace tandem::attention {

/// How the numbers of a row become what is multiplied. The pairs of either layout end as halves (i, i + pairs), which
/// changes no product of two rows that are both treated so.
struct Turn {
  std::size_t width = 0;        ///< numbers of a row
  std::size_t pairs = 0;        ///< of which 2 pairs are turned
  bool interleaved = true;      ///< how pairs lie in the row
  const float* bias = nullptr;  ///< added first; may be null

  /// out = scale R (row + bias); cosines and sines: one number for each pair. `out` is another place than `row`.
  void apply(const float* row, const float* cosines, const float* sines, float scale, float* out) const;
};

}  // namespace tandem::attention
