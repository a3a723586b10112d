// Samples: noise carried to data along a field, with a fixed number of steps.
//
// Where the field decides between data, neighbouring samples part, and so do two computations of one sample that round
// differently. How much is measured beside the sample, by a second one that starts as good as there: `growth`.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
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

void require_valid(const GenerateProblem& problem, const Samples<float>& samples);
void require_valid(const MixtureProblem& problem, const Samples<double>& samples);

/// Sample by sample in double. O(samples * steps * M d).
void reference(const GenerateProblem& problem, Samples<float>& samples);
/// O(samples * steps * pairs of components * d).
void reference(const MixtureProblem& problem, Samples<double>& samples);

/// The error of one evaluation, in units of the rounding.
using Rounding = std::function<double(std::span<const double> x, double t, std::span<const double> velocity)>;

/// Carries x along and returns its growth: each step multiplies the error so far by what it does to a neighbour, and
/// adds its own, |x| + h * rounding.
double carry_with_growth(const Field& field, const Rounding& rounding, Scheme scheme, std::span<const double> times,
                         std::span<double> x);

/// Rounding of the empirical field in difference form, where no datum is longer than `longest`:
/// (|x| + longest) / t + 2 longest (s + 40) / t, s = |x - (1 - t) E[x_0 | x]|^2 / (2 t^2). A relative error in squared
/// distances changes weights by as much times their exponents. Those that matter are about s, the least of them, and
/// at most 40 above it; e^-40 is nothing.
double empirical_rounding(double longest, std::span<const double> x, double t, std::span<const double> velocity);

/// The length of the longest point.
double longest_of(const Points<float>& points);

}  // namespace tandem::flow
