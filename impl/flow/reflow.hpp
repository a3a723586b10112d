// Flows of many points, what they do to a coupling, and couplings other than the independent one.
//
// Reflow (arXiv 2209.03003): carry noise to data along a field, take start and end as a pair, fit a field to such
// pairs, and so on. Here the fit is the paper's non-parametric one, `paired_field`, or the network's
// (reference/flow/network.hpp).
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "impl/support/execution.hpp"
#include "reference/flow/fields.hpp"
#include "reference/flow/flow.hpp"
#include "reference/flow/integrate.hpp"
#include "reference/flow/network.hpp"

namespace tandem::flow {

/// Writes v(x, t) for `count` points, one after the other. May be called from several threads at once.
using BatchField = std::function<void(const float* x, std::size_t count, double t, float* velocities)>;

/// The field between mixtures, in double but for x and v.
BatchField mixture_field(const Mixture& data, const Mixture& noise);
/// The field of a data set.
BatchField empirical_field(const Points<float>& data);
/// Nadaraya and Watson's field of pairs: paired_velocity of the reference. Throws as that does.
BatchField paired_field(const Points<float>& data, const Points<float>& noise, double bandwidth);

/// The field of a network. Throws for widths of 0 or another number of parameters.
BatchField network_field(const NetworkShape& shape, const std::vector<float>& parameters);

struct Flowed {
  Points<float> ends;           ///< in the order of the starts
  double straightness = 0;      ///< S: reference/flow/straightness.hpp
  double cost = 0;              ///< mean |Z_1 - Z_0|^2
  std::size_t evaluations = 0;  ///< of the field, per sample (NFE)
};

/// As `straightness` of the reference, for many points: from t = 1 to t = end by 2 steps steps, the field looked at
/// halfway through each of `steps` stretches. The same at every number of threads. Throws as the reference does.
Flowed flow(const BatchField& field, const Points<float>& starts, double end, std::size_t steps, Scheme scheme,
            const Execution& execution);

struct AdaptivelyFlowed {
  std::vector<Points<float>> states;  ///< of all points in the order of the starts, a set for each time
  double evaluations = 0;             ///< of the field, mean over the points (NFE)
};

/// Dormand and Prince's steps of adaptive size from t = 1 to the last of the times, which fall from 1 or less; states
/// are those at all of them. 96 points share their steps, which all of them need to be right. Throws as
/// `integrate_adaptive` does, and std::invalid_argument for a tolerance below 1e-6, which floats do not keep.
AdaptivelyFlowed flow_adaptively(const BatchField& field, const Points<float>& starts, std::span<const double> times,
                                 const AdaptiveOptions& options, const Execution& execution);

/// The points of y in the order in which they pair with x at the least cost within each batch of `batch` neighbouring
/// ones: a minibatch optimal transport coupling, exact for batch >= n. Throws for sets that cannot be paired, or batch
/// 0.
Points<float> paired_in_batches(const Points<float>& x, const Points<float>& y, std::size_t batch);

}  // namespace tandem::flow
