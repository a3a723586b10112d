#include "benchmarks/suite/epochs.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tandem::suite {
namespace {

/// In an epoch of fewer runs the first one, with cold caches, would show; unless a run takes so long that they are warm
/// before it is over.
constexpr std::uint64_t few_runs = 8;
constexpr double longest_cold_seconds = 10e-3;

}  // namespace

EpochPlan plan_epochs(double epoch_seconds, const std::function<double(const EpochPlan&)>& seconds_per_run) {
  EpochPlan plan;
  double previous = std::numeric_limits<double>::quiet_NaN();
  // Two consecutive readings must agree, since one may have been interrupted.
  for (int attempt = 0; attempt < 8; ++attempt) {
    const double seconds = seconds_per_run(plan);
    if (std::isnan(seconds)) break;
    const bool settled = std::abs(seconds - previous) < 0.15 * seconds;
    const double wanted = std::clamp(epoch_seconds / std::max(seconds, 1e-10), 1.0, 1e7);
    const auto runs = static_cast<std::uint64_t>(wanted);
    if (settled && plan.runs * 2 > runs) break;
    previous = seconds;
    plan.runs = runs;
    plan.warm_up = runs < few_runs && seconds < longest_cold_seconds;
  }
  const double epoch = static_cast<double>(plan.runs + (plan.warm_up ? 1 : 0)) * previous;
  plan.epochs = epoch > 50 * epoch_seconds ? 1 : 2;
  plan.round_seconds = static_cast<double>(plan.epochs) * epoch;
  return plan;
}

}  // namespace tandem::suite
