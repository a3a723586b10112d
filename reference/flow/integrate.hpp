// Integrators for dx/dt = v(x, t), with their number of field evaluations (NFE).
//
// Times fall where samples are made (from 1 towards 0) and rise where data are carried to noise; a step from t to s is
// one of length s - t, signed. Every result says how often the field was evaluated, since that is what a sample costs.
//
// Sources: Hairer, Norsett, Wanner, Solving Ordinary Differential Equations I, sections II.1 and II.4 to II.6; Dormand
// and Prince, J. Comp. Appl. Math. 6 (1980); the official sampler of arXiv 2209.03003 takes its pair with tolerance
// 1e-5.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "reference/flow/flow.hpp"

namespace tandem::flow {

/// Fixed steps. Global order 1, 2, 2 and 4 for smooth fields.
enum class Scheme { euler, heun, midpoint, runge_kutta_4 };

/// "euler", "heun", "midpoint", "rk4"; throws std::invalid_argument that lists them for another name.
Scheme scheme_named(std::string_view name);
std::string_view name_of(Scheme scheme);

/// 1, 2, 2, 4.
std::size_t evaluations_per_step(Scheme scheme);
/// 1, 2, 2, 4.
int order_of(Scheme scheme);

/// Whether the scheme evaluates the field at the end of a step. Heun and RK4 do, and so need a field that is defined at
/// the last time; Euler and midpoint do not.
bool evaluates_the_end(Scheme scheme);

/// steps + 1 times from `begin` to `end`, both exact. Throws for no steps, times outside [0, 1], or begin == end.
std::vector<double> uniform_times(double begin, double end, std::size_t steps);

/// Carries the point x along `times`, which must be at least one, in [0, 1], and strictly rise or strictly fall.
/// Returns the number of field evaluations: steps times evaluations_per_step.
std::size_t integrate(const Field& field, Scheme scheme, std::span<const double> times, std::span<double> x);

struct AdaptiveOptions {
  double relative = 1e-5;  ///< tolerance of a coordinate: absolute + relative times its size; their root mean square
  double absolute = 1e-5;
  /// No step is longer. Where paths cross, the field is another on a short stretch alone, and a long step has none of
  /// its stages there: its error is small, and the sample goes where the other path leads (claim C20).
  double longest_step = 1;
  std::size_t most_evaluations = 100'000;
};

struct AdaptiveResult {
  std::size_t evaluations = 0;
  std::size_t accepted = 0;
  std::size_t rejected = 0;
};

/// Throws std::invalid_argument for times outside [0, 1], begin == end, tolerances that are negative, not finite or
/// both 0, no longest step, or dense times that do not go from begin to end.
void require_valid(double begin, double end, const AdaptiveOptions& options, std::span<const double> at);
/// Throw std::runtime_error where no evaluation is left, or the step is too short to go on: the flow is given up at t,
/// and never ends before it is asked to.
void require_evaluations_left(double t, std::size_t evaluations, const AdaptiveOptions& options);
void require_progress(double t, double h);

/// Dormand and Prince's pair of orders 5 and 4 with steps of adaptive size, from begin to end, x in place. The last
/// step ends exactly at `end`. `at` are further times between begin and end, in the order in which they are passed;
/// `states` becomes the state at each, by the pair's continuous extension of order 4, with no further evaluations.
/// Throws std::invalid_argument for malformed input, and std::runtime_error where the evaluations or the step's size
/// run out before the end: it says where it stood, and never returns less than was asked.
AdaptiveResult integrate_adaptive(const Field& field, double begin, double end, std::span<double> x,
                                  const AdaptiveOptions& options = {}, std::span<const double> at = {},
                                  std::vector<std::vector<double>>* states = nullptr);

}  // namespace tandem::flow
