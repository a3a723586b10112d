// What the experiments about flows share.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "benchmarks/suite/machine.hpp"
#include "claims/suite/mean.hpp"
#include "claims/suite/picture.hpp"
#include "impl/flow/flow.hpp"
#include "impl/flow/reflow.hpp"
#include "problems/flow/points.hpp"
#include "reference/flow/straightness.hpp"

namespace tandem::claims {

/// Samples of a data set: standard normal noise carried to it by Euler's steps.
inline flow::Points<float> samples_of(const flow::Points<float>& data, std::size_t count, std::size_t steps,
                                      std::uint64_t seed) {
  flow::GenerateProblem problem{.data = data,
                                .starts = flow::noise(seed, count, data.dimension),
                                .path = {.scheme = flow::Scheme::euler, .steps = steps, .end = 0}};
  flow::Samples<float> samples{.points = std::vector<float>(problem.starts.values.size()), .growth = {}};
  flow::simd(problem, samples, suite::all_cores());
  return {data.dimension, std::move(samples.points)};
}

/// Two normal clusters on a line, around -2 and 2 and 0.5 wide.
inline flow::Points<float> two_clusters(std::uint64_t seed, std::size_t count) {
  return flow::draw({1, {1, 1}, {-2, 2}, {0.25, 0.25}}, seed, count);
}

inline double wasserstein_of(const flow::Points<float>& x, const flow::Points<float>& y) {
  return flow::wasserstein_1d({x.values.begin(), x.values.end()}, {y.values.begin(), y.values.end()});
}

inline double sliced_wasserstein_of(const flow::Points<float>& x, const flow::Points<float>& y) {
  constexpr std::size_t count = 32;
  flow::SlicedAnswer answer{.squares = std::vector<double>(count)};
  flow::simd({x, y, flow::directions(7, count, x.dimension)}, answer, suite::all_cores());
  return answer.distance;
}

/// Points of the plane in a chart.
inline Series scattered(std::string name, const flow::Points<float>& points) {
  Series series{.name = std::move(name), .mark = Mark::points};
  for (std::size_t i = 0; i < points.size(); ++i) {
    series.x.push_back(points[i][0]);
    series.y.push_back(points[i][1]);
  }
  return series;
}

}  // namespace tandem::claims
