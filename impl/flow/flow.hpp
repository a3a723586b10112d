// The fast variants of rectified flow. Definitions, and the one direction of time: reference/flow/.
//
// Everything refuses bad input as the reference does (std::invalid_argument) and may be called from several threads at
// once. Samples and fields are the same to the bit at every number of threads: points never share a sum.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "impl/support/execution.hpp"
#include "reference/flow/assignment.hpp"
#include "reference/flow/convergence.hpp"
#include "reference/flow/distances.hpp"
#include "reference/flow/fields.hpp"
#include "reference/flow/generate.hpp"
#include "reference/flow/network.hpp"

namespace tandem::flow {

// ---- The empirical field at many points: flow_empirical ----

/// What a user of Eigen would write first: one product for the scores, one for the means.
void eigen(const EmpiricalProblem& problem, EmpiricalAnswer& answer, const Execution& execution);

/// Attention's streaming softmax (impl/flow/fields/empirical.hpp), and squared distances where t is small.
void simd(const EmpiricalProblem& problem, EmpiricalAnswer& answer, const Execution& execution);

// ---- The field of pairs at many points: flow_paired ----

/// Squared distances in double, a query in each lane.
void simd(const PairedProblem& problem, EmpiricalAnswer& answer, const Execution& execution);

// ---- Samples of the empirical field: flow_generate ----

void simd(const GenerateProblem& problem, Samples<float>& samples, const Execution& execution);

// ---- Between normals, against the known end: flow_convergence ----

/// Highway: a coordinate in each lane. What divides is worked out once for each time.
void simd(const ConvergenceProblem& problem, ConvergenceAnswer& answer, const Execution& execution);

// ---- Mixture to mixture: flow_mixture ----

/// Highway: a sample in each lane, in double.
void simd(const MixtureProblem& problem, Samples<double>& samples, const Execution& execution);

/// Boost.odeint's Euler and RK4 over `mixture_velocities`, 256 samples at once. Throws for other schemes. Only there
/// where the build has found Boost.
void peer_odeint(const MixtureProblem& problem, Samples<double>& samples, const Execution& execution);

/// v(x, t) for `count` points x, one after the other, as in mixture_velocity; for those who step by themselves.
void mixture_velocities(const Mixture& data, const Mixture& noise, const double* x, std::size_t count, double t,
                        double* velocities);

// ---- Mixture to mixture with steps of adaptive size: flow_adaptive ----

/// 256 samples share their steps, which all of them need to be right: whoever asks for fewer or more samples gets the
/// others to within the tolerance.
void simd(const AdaptiveProblem& problem, AdaptiveSamples& samples, const Execution& execution);

/// Boost.odeint's Dormand-Prince pair with dense output over `mixture_velocities`, 256 samples at once. Only there
/// where the build has found Boost.
void peer_odeint(const AdaptiveProblem& problem, AdaptiveSamples& samples, const Execution& execution);

// ---- Distances: flow_sliced_wasserstein, flow_discrepancy, flow_assignment ----

void simd(const SlicedProblem& problem, SlicedAnswer& answer, const Execution& execution);

void simd(const DiscrepancyProblem& problem, DiscrepancyAnswer& answer, const Execution& execution);

/// Column reduction, augmenting row reduction, then shortest paths (Jonker and Volgenant, Computing 38, 1987), with the
/// rows scanned by Highway. Sequential: each path needs the last one's prices.
void simd(const Costs& costs, AssignmentAnswer& answer, const Execution& execution);

// ---- A training step of the network: flow_training_step ----

/// Samples in the lanes. The same bits at every number of threads: the batch is cut into the same chunks, and their
/// gradients are added in their order.
void simd(const TrainingProblem& problem, TrainingResult& result, const Execution& execution);

/// v_theta for `count` points x of shape.dimension numbers, one after the other. The input is not checked.
void network_velocities(const NetworkShape& shape, std::span<const float> parameters, const float* x, std::size_t count,
                        double t, float* out);

#ifdef TANDEM_PEER_LEMON
/// LEMON's network simplex on the complete bipartite graph.
void peer_lemon(const Costs& costs, AssignmentAnswer& answer, const Execution& execution);
#endif

}  // namespace tandem::flow
