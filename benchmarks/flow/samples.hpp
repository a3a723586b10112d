// What the methods that make samples share: how samples are compared, and how a few are computed again.
#pragma once

#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "benchmarks/suite/registry.hpp"
#include "reference/flow/generate.hpp"

namespace tandem::flow {

/// The growth of a sample: what the reference has found that another computation may differ by, in units of the
/// rounding. Where the reference could not be afforded nobody has found it, and `unknown` takes its place.
inline double growth_of(const std::vector<double>& growth, std::size_t sample, double unknown) {
  return sample < growth.size() && !std::isnan(growth[sample]) ? growth[sample] : unknown;
}

/// Every sample as a vector, against its growth; where that is unknown, half of the digits have to be the same.
template <class Real>
void describe_samples(const Points<Real>& starts, double tolerance, bool with_growth,
                      suite::Fields<Samples<Real>>& fields) {
  std::vector<suite::Part> samples;
  for (std::size_t i = 0; i < starts.size(); ++i) {
    samples.push_back({"sample " + std::to_string(i), i * starts.dimension, starts.dimension});
  }
  fields.relative_length("samples", &Samples<Real>::points, starts.values.size(), tolerance, samples,
                         [size = starts.dimension](const Samples<Real>& right, const suite::Part& sample) {
                           const double half_of_the_digits = 1 / std::sqrt(std::numeric_limits<Real>::epsilon());
                           return growth_of(right.growth, sample.begin / size, half_of_the_digits);
                         });
  fields.equal("evaluations", &Samples<Real>::evaluations);
  if (with_growth) {
    fields.relative("growth", &Samples<Real>::growth, starts.size(), 1e-6,
                    [](const Samples<Real>& right, std::size_t i) { return right.growth[i]; });
  } else {
    fields.ignored("growth", &Samples<Real>::growth, "only the reference looks at neighbours");
  }
}

/// What the rows of integrators count, for one sample.
inline constexpr const char* field_evaluations = "evaluations (NFE)";

template <class AnySamples>
std::optional<double> evaluations_of(const AnySamples& samples) {
  return static_cast<double>(samples.evaluations);
}

/// The first and the last sample again, by `again(starts, samples)`.
template <class Real, class Again>
std::optional<std::string> recomputed(const Points<Real>& starts, const Samples<Real>& samples, double tolerance,
                                      const Again& again) {
  const std::size_t size = starts.dimension;
  for (std::size_t draw = 0; draw < 2 && starts.size() > 0; ++draw) {
    const std::size_t sample = draw * (starts.size() - 1);
    Samples<Real> one;
    one.points.resize(size);
    again(Points<Real>{size, {starts[sample].begin(), starts[sample].end()}}, one);
    if (samples.evaluations != one.evaluations) return "the number of field evaluations is not what the path takes";
    double square = 0;
    for (std::size_t j = 0; j < size; ++j) square += std::pow(one.points[j] - samples.points[sample * size + j], 2);
    if (!(std::sqrt(square) <= tolerance * one.growth[0])) {
      return "sample " + std::to_string(sample) + " is not where its noise flows to";
    }
  }
  return std::nullopt;
}

}  // namespace tandem::flow
