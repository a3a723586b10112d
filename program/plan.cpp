#include "program/plan.hpp"

#include <algorithm>

namespace tandem::program {
namespace {

/// A step begins only where there is time for a little more than it is expected to take.
constexpr double allowance = 1.2;

}  // namespace

void Costs::add(const Step& step, double measured_seconds) {
  for (Sum* sum : {&all_, &groups_[step.group]}) {
    sum->expected += step.seconds;
    sum->measured += measured_seconds;
  }
}

double Costs::expected(const Step& step) const {
  const auto group = groups_.find(step.group);
  const Sum& sum = group != groups_.end() ? group->second : all_;
  return sum.expected > 0 ? step.seconds * sum.measured / sum.expected : step.seconds;
}

double seconds_left(std::span<const Step> steps, double budget_seconds, const Costs& costs) {
  double seconds = 0;
  for (const Step& step : steps) seconds += costs.expected(step);
  return std::min(seconds, std::max(budget_seconds, 0.0));
}

NotReached carry_out(const std::vector<Step>& steps, double end_seconds, const Clock& clock, suite::Progress& progress,
                     const std::function<bool()>& go_on) {
  Costs costs;
  NotReached not_reached;
  bool going = true;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const Step& step = steps[i];
    const double begin = clock();
    const bool fits = begin + allowance * costs.expected(step) <= end_seconds;
    if (fits && going) going = go_on();
    if (!fits || !going) {
      not_reached.rows += step.rows;
      not_reached.claims += step.rows == 0 ? 1 : 0;
      continue;
    }
    progress.left(seconds_left(std::span(steps).subspan(i), end_seconds - begin, costs));
    progress.now(step.what);
    step.run();
    costs.add(step, clock() - begin);
  }
  return not_reached;
}

}  // namespace tandem::program
