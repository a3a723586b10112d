// How a run is timed in a round of a race: repeated until it fills an epoch of about a millisecond, once or twice.
//
// Shared by the race of the variants and by the claims about time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

namespace tandem::suite {

/// The fewest values for which the exact 95 % interval of a median is finite.
inline constexpr std::size_t fewest_rounds = 6;

struct EpochPlan {
  std::uint64_t runs = 1;    ///< in an epoch
  bool warm_up = false;      ///< a run that is not timed goes before each epoch
  std::size_t epochs = 1;    ///< in each round; the shorter counts
  double round_seconds = 0;  ///< what a round takes with all of this
};

/// Finds how many runs fill an epoch. `seconds_per_run` times one epoch of the plan it is given; NaN ends the search.
EpochPlan plan_epochs(double epoch_seconds, const std::function<double(const EpochPlan&)>& seconds_per_run);

}  // namespace tandem::suite
