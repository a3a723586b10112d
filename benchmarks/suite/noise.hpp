// How well this machine can tell times apart: the clock itself, and a kernel raced against itself.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>

namespace tandem::suite {

/// The steady clock.
struct Timer {
  double call_seconds = 0;        ///< what reading it costs
  double resolution_seconds = 0;  ///< the smallest step seen
};

/// Self-races: two arms that run the same code, as the suite races variants (Latin-square rounds, the smaller of two
/// epochs of half a millisecond, sign-test interval at 95 %).
struct Noise {
  int races = 0;
  std::size_t rounds = 0;
  double false_alarm_rate = 0;  ///< share of races whose interval excludes 1; about 0.05 or less is as it should be
  double smallest_change = 0;   ///< median half width of the interval: 0.01 means that 1 % can just be seen
};

/// Takes a few milliseconds.
Timer measure_timer();

/// A tenth of a second per race of 52 rounds. Throws std::invalid_argument for fewer than one race.
Noise measure_noise(int races);

/// Every field by its name.
void to_json(nlohmann::json& json, const Timer& timer);
void to_json(nlohmann::json& json, const Noise& noise);

}  // namespace tandem::suite
