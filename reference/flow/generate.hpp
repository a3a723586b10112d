// Samples: noise carried to data along a field, with a fixed number of steps.
//
// Where the field decides between data, neighbouring samples part, and so do two computations of one sample that round
// differently. How much is measured beside the sample, by a second one that starts as good as there: `growth`.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "reference/flow/fields.hpp"
#include "reference/flow/flow.hpp"
#include "reference/flow/integrate.hpp"

namespace tandem::flow {

/// From t = 1 to t = end in equal steps.
struct Path {
  Scheme scheme = Scheme::euler;
  std::size_t steps = 100;
  double end = 0;
};

/// Throws where uniform_times does.
void require_valid(const Path& path);

/// Throws for the end 0, where the empirical field has no value; for solvers that evaluate the end.
void require_end_above_zero(double end, std::string_view solver);

/// Noise to data through the empirical field. At `end` = 0 the schemes that evaluate the field there are refused;
/// Euler's last step lands on the posterior mean, which then is the nearest datum to within rounding, or a mean of
/// ties.
struct GenerateProblem {
  Points<float> data;
  Points<float> starts;
  Path path;
};

/// Mixture to mixture, in double.
struct MixtureProblem {
  Mixture data;
  Mixture noise;
  Points<double> starts;
  Path path;
};

template <class Real>
struct Samples {
  std::vector<Real> points;     ///< one per start, in their order; the caller gives it its size
  std::size_t evaluations = 0;  ///< of the field, for one sample (NFE)
  /// In units of the rounding, by how much another computation of each sample may stand off, to first order. The
  /// references find it; others may leave it out.
  std::vector<double> growth;
};

/// Mixture to mixture with steps of adaptive size, in double, and looked at on the way.
struct AdaptiveProblem {
  Mixture data;
  Mixture noise;
  Points<double> starts;
  std::vector<double> times;  ///< at least one, falling from 1 or less; the last is the end
  AdaptiveOptions options;
};

struct AdaptiveSamples {
  std::vector<double> states;  ///< times x starts x d: all samples at the first time, at the second, ...
  double evaluations = 0;      ///< of the field, mean over the samples (NFE)
  /// By how much each sample may stand off, to first order, in a computation whose every step keeps the tolerance; the
  /// most on its way. The reference finds it; others may leave it out.
  std::vector<double> growth;
};

void require_valid(const GenerateProblem& problem, const Samples<float>& samples);
void require_valid(const MixtureProblem& problem, const Samples<double>& samples);
void require_valid(const AdaptiveProblem& problem, const AdaptiveSamples& samples);

/// Of so many evaluations in all, those for one sample; 0 where there is none.
double mean_evaluations(std::size_t sum, std::size_t samples);

/// Sample by sample in double. O(samples * steps * M d).
void reference(const GenerateProblem& problem, Samples<float>& samples);
/// O(samples * steps * pairs of components * d).
void reference(const MixtureProblem& problem, Samples<double>& samples);
/// Every sample by `integrate_adaptive`, with steps of its own. O(evaluations * pairs of components * d).
void reference(const AdaptiveProblem& problem, AdaptiveSamples& samples);

/// The error that the step from x by h adds, the field there being `velocity`.
using StepError =
    std::function<double(std::span<const double> x, double t, double h, std::span<const double> velocity)>;

/// Carries x along and returns the growth at each time but the first: each step multiplies the error so far, `error` at
/// first, by what it does to a neighbour, and adds its own.
std::vector<double> carry_with_growth(const Field& field, double error, const StepError& step_error, Scheme scheme,
                                      std::span<const double> times, std::span<double> x);

/// Rounding of the empirical field in difference form, where no datum is longer than `longest`:
/// (|x| + longest) / t + 2 longest (s + 40) / t, s = |x - (1 - t) E[x_0 | x]|^2 / (2 t^2). A relative error in squared
/// distances changes weights by as much times their exponents. Those that matter are about s, the least of them, and
/// at most 40 above it; e^-40 is nothing.
double empirical_rounding(double longest, std::span<const double> x, double t, std::span<const double> velocity);

/// The length of the longest point.
double longest_of(const Points<float>& points);

}  // namespace tandem::flow
