// Fields that are known exactly: between Gaussians, between mixtures of them, and from a Gaussian to a set of data.
//
// All are v(x, t) = E[x_1 - x_0 | x_t = x] of reference/flow/flow.hpp with x_0 and x_1 drawn independently. Where two
// Gaussians are joined, so are all x_t, and v is linear in x; the rest is a mean of such fields, weighted by how
// probable each pair of components is where the path passes through x. Source: kexue.fm 9497; Bayes' rule.
//
// Times are in [0, 1]. Everything throws std::invalid_argument with one sentence for input that is malformed.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "reference/flow/flow.hpp"

namespace tandem::flow {

/// A normal distribution in d dimensions; `covariance` is d x d, symmetric and positive definite.
struct Gaussian {
  std::vector<double> mean;
  std::vector<double> covariance;

  std::size_t dimension() const { return mean.size(); }
};

/// Throws for dimension 0, sizes that do not fit, numbers that are not finite, or a covariance that is not symmetric
/// and positive definite.
void require_valid(const Gaussian& gaussian);

/// v = m_1 - m_0 + (t S_1 - (1 - t) S_0) ((1 - t)^2 S_0 + t^2 S_1)^{-1} (x - m_t), with m_t = (1 - t) m_0 + t m_1.
/// O(d^3). The error is that of a solution by Cholesky's factors: the condition of the matrix times epsilon.
void gaussian_velocity(const Gaussian& data, const Gaussian& noise, std::span<const double> x, double t,
                       std::span<double> velocity);

/// k Gaussians whose coordinates are independent. `means` and `variances` are k x d; weights need not sum to one.
struct Mixture {
  std::size_t dimension = 0;
  std::vector<double> weights;
  std::vector<double> means;
  std::vector<double> variances;

  std::size_t size() const { return weights.size(); }
};

/// Throws for dimension 0, no component, sizes that do not fit, or weights or variances that are not positive.
void require_valid(const Mixture& mixture);

/// The field between mixtures: x_t is a mixture over the pairs (i, j) with means (1 - t) m_i + t n_j and variances
/// (1 - t)^2 s_i + t^2 r_j, and v is the mean of the pairs' fields by their posterior weights. O(k l d).
void mixture_velocity(const Mixture& data, const Mixture& noise, std::span<const double> x, double t,
                      std::span<double> velocity);

/// E[x_0 | x_t = x] for data that are M points, equally probable, and standard normal noise:
///
///   sum_i w_i x^i,  w = softmax_i(-|x - (1 - t) x^i|^2 / (2 t^2)).
///
/// At t = 1 the mean of the data. At t = 0 the limit: the datum nearest to x, or the mean of those at the same
/// distance. The smallest distance is subtracted before anything is divided or exponentiated, so that data far away are
/// no trouble, and no t > 0 is too small. O(M d).
void posterior_mean(const Points<double>& data, std::span<const double> x, double t, std::span<double> mean);

/// v = (x - E[x_0 | x_t = x]) / t for t in (0, 1]. There is none at t = 0, where it grows without bound except on the
/// data, so t = 0 is refused: let an integrator stop at a small t, or take a last Euler step of length t, which lands
/// on the posterior mean.
void empirical_velocity(const Points<double>& data, std::span<const double> x, double t, std::span<double> velocity);

/// The empirical field at many points, as it is timed.
struct EmpiricalProblem {
  Points<float> data;     ///< M points
  Points<float> queries;  ///< Q points x
  double time = 1;        ///< in (0, 1]
};

/// Q x d numbers, query by query.
using EmpiricalAnswer = std::vector<float>;

/// Throws for no data, malformed points, different dimensions, a time outside (0, 1], or an answer of another size.
void require_valid(const EmpiricalProblem& problem, const EmpiricalAnswer& answer);

/// empirical_velocity for every query in double, rounded once. O(Q M d).
void reference(const EmpiricalProblem& problem, EmpiricalAnswer& answer);

/// The non-parametric field of the paper (arXiv 2209.03003, section 2) for pairs (x_0^i, x_1^i) that belong together:
///
///   v = (x - sum_i w_i x_0^i) / t,  w = softmax_i(-|x - x_t^i|^2 / (2 h^2)),  x_t^i = (1 - t) x_0^i + t x_1^i,
///
/// Nadaraya and Watson's estimate with bandwidth h > 0. It flows to data, too, and so is refused at t = 0. O(M d).
void paired_velocity(const Points<double>& data, const Points<double>& noise, double bandwidth,
                     std::span<const double> x, double t, std::span<double> velocity);

/// The field of pairs at many points, as it is timed.
struct PairedProblem {
  Points<float> data;     ///< M points x_0
  Points<float> noise;    ///< M points x_1, each the partner of the datum in its place
  Points<float> queries;  ///< Q points x
  double bandwidth = 0.1;
  double time = 1;  ///< in (0, 1]
};

/// Throws where paired_velocity does, for malformed queries, or an answer of another size.
void require_valid(const PairedProblem& problem, const EmpiricalAnswer& answer);

/// paired_velocity for every query in double, rounded once. O(Q M d).
void reference(const PairedProblem& problem, EmpiricalAnswer& answer);

}  // namespace tandem::flow
