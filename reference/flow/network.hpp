// A small network as field: v_theta(x, t) = W_3 tanh(W_2 tanh(W_1 (x, t) + b_1) + b_2) + b_3, and its training.
//
// The loss of a batch of pairs and times is the mean of |v_theta(x_t, t) - (x_1 - x_0)|^2, x_t = (1 - t) x_0 + t x_1
// (kexue.fm 9497, the linear case; arXiv 2209.03003, equation 1). Its least value over all fields is V of
// reference/flow/straightness.hpp, not 0. One step of training is that loss, its gradient by back-propagation, and
// Adam's update (Kingma and Ba, arXiv 1412.6980, algorithm 1).
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "reference/flow/flow.hpp"

namespace tandem::flow {

/// Widths, and where the parameters lie: W_1 (hidden x (d + 1), the time last), b_1, W_2 (hidden x hidden), b_2,
/// W_3 (d x hidden), b_3, one after the other, matrices row by row.
struct NetworkShape {
  std::size_t dimension = 0;
  std::size_t hidden = 0;

  std::size_t inputs() const { return dimension + 1; }
  std::size_t bias_1() const { return hidden * inputs(); }
  std::size_t weight_2() const { return bias_1() + hidden; }
  std::size_t bias_2() const { return weight_2() + hidden * hidden; }
  std::size_t weight_3() const { return bias_2() + hidden; }
  std::size_t bias_3() const { return weight_3() + dimension * hidden; }
  std::size_t parameters() const { return bias_3() + dimension; }
};

/// Adam's constants.
struct AdamOptions {
  double rate = 1e-3;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
};

/// Where a training stands, and the batch of its next step.
struct TrainingProblem {
  NetworkShape shape;
  std::vector<float> parameters;
  std::vector<float> mean;    ///< Adam's, of the gradient
  std::vector<float> square;  ///< Adam's, of its square, 0 or more
  std::size_t step = 0;       ///< steps done before this one
  AdamOptions adam;
  Points<float> data;        ///< x_0
  Points<float> noise;       ///< x_1, as many
  std::vector<float> times;  ///< t in [0, 1], as many
};

/// After the step; the caller gives the lists their sizes, shape.parameters() each.
struct TrainingResult {
  double loss = 0;  ///< of the batch before the step
  std::vector<float> gradient;
  std::vector<float> parameters;
  std::vector<float> mean;
  std::vector<float> square;
};

/// Throws std::invalid_argument for widths of 0, lists of other sizes, an empty batch, or numbers that are not finite.
void require_valid(const TrainingProblem& problem, const TrainingResult& result);

/// Plain loops in double, rounded once. O(batch * parameters).
void reference(const TrainingProblem& problem, TrainingResult& result);

/// v_theta for one point, in double. Throws for widths of 0 or lists of other sizes.
void network_velocity(const NetworkShape& shape, std::span<const float> parameters, std::span<const double> x, double t,
                      std::span<double> velocity);

}  // namespace tandem::flow
