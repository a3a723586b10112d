// Where top-p cuts: a selection by mass, without sorting.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace tandem::nbce {

/// The place in descending order of logits where the cumulative mass reaches what is needed.
struct Cut {
  float threshold = 0;        ///< the last kept logit
  std::size_t ties = 0;       ///< how many there are of it
  std::size_t ties_kept = 0;  ///< of these, at least one
  double before = 0;          ///< the mass kept but for the last token
  double after = 0;           ///< and with it
};

/// Logits with their masses, in any order; equal logits have equal masses.
struct Weighted {
  std::span<const float> logits;
  std::span<const float> masses;
};

/// Finds the cut among the candidates, `above` being the mass of all logits greater than theirs. Where the mass needed
/// is not reached the cut is the last candidate. Histograms over the floats' bits: O(candidates) for each of at most
/// four of them. At least one candidate.
Cut select_by_mass(const Weighted& candidates, double above, double needed);

}  // namespace tandem::nbce
