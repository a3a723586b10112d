// What the tries of all peaks share.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace tandem::suite {

/// So many steps that work(steps) takes about this long.
template <class Work>
std::size_t steps_for(double seconds, Work work) {
  const auto reading = [&work](std::size_t steps) {
    const auto start = std::chrono::steady_clock::now();
    work(steps);
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  for (std::size_t steps = 1;; steps *= 2) {
    // The smaller of two readings, since an interrupted one would cut all tries short.
    const double taken = std::min(reading(steps), reading(steps));
    if (taken >= seconds)
      return std::max<std::size_t>(1, static_cast<std::size_t>(static_cast<double>(steps) * (seconds / taken)));
  }
}

/// Neighbours only ever take away: of rates the highest counts, of latencies the lowest.
inline void raise(double& best, double value) { best = std::max(best, value); }
inline void lower(double& best, double value) { best = best > 0 ? std::min(best, value) : value; }

}  // namespace tandem::suite
