#include "reference/flow/network.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

namespace tandem::flow {
namespace {

void require_size(std::size_t size, std::size_t expected, const std::string& what) {
  if (size == expected) return;
  throw std::invalid_argument("the network's " + what + " are " + std::to_string(size) + " numbers, not " +
                              std::to_string(expected));
}

void require_finite(std::span<const float> numbers, const std::string& what) {
  if (std::ranges::all_of(numbers, [](float number) { return std::isfinite(number); })) return;
  throw std::invalid_argument("the network's " + what + " hold a number that is not finite");
}

void require_shape(const NetworkShape& shape) {
  if (shape.dimension == 0) throw std::invalid_argument("the network's points have no dimensions");
  if (shape.hidden == 0) throw std::invalid_argument("the network has no hidden units");
}

/// out = matrix in + bias.
void layer(const double* matrix, const double* bias, std::span<const double> in, std::span<double> out) {
  for (std::size_t row = 0; row < out.size(); ++row) {
    double sum = bias[row];
    for (std::size_t k = 0; k < in.size(); ++k) sum += matrix[row * in.size() + k] * in[k];
    out[row] = sum;
  }
}

/// What a point's way through the network leaves for the way back.
struct Pass {
  std::vector<double> input, first, second, output;

  explicit Pass(const NetworkShape& shape)
      : input(shape.inputs()), first(shape.hidden), second(shape.hidden), output(shape.dimension) {}

  void forward(const NetworkShape& shape, const double* parameters) {
    layer(parameters, parameters + shape.bias_1(), input, first);
    for (double& unit : first) unit = std::tanh(unit);
    layer(parameters + shape.weight_2(), parameters + shape.bias_2(), first, second);
    for (double& unit : second) unit = std::tanh(unit);
    layer(parameters + shape.weight_3(), parameters + shape.bias_3(), second, output);
  }
};

/// Adds the gradient of matrix and bias, and writes that of `in`, given that of the layer's output.
void layer_back(const double* matrix, std::span<const double> in, std::span<const double> out_gradient,
                double* matrix_gradient, double* bias_gradient, std::span<double> in_gradient) {
  std::ranges::fill(in_gradient, 0.0);
  for (std::size_t row = 0; row < out_gradient.size(); ++row) {
    bias_gradient[row] += out_gradient[row];
    for (std::size_t k = 0; k < in.size(); ++k) {
      matrix_gradient[row * in.size() + k] += out_gradient[row] * in[k];
      in_gradient[k] += out_gradient[row] * matrix[row * in.size() + k];
    }
  }
}

}  // namespace

void require_valid(const TrainingProblem& problem, const TrainingResult& result) {
  const NetworkShape& shape = problem.shape;
  require_shape(shape);
  require_size(problem.parameters.size(), shape.parameters(), "parameters");
  require_size(problem.mean.size(), shape.parameters(), "means");
  require_size(problem.square.size(), shape.parameters(), "squares");
  require_size(result.gradient.size(), shape.parameters(), "new gradient's places");
  require_size(result.parameters.size(), shape.parameters(), "new parameters' places");
  require_size(result.mean.size(), shape.parameters(), "new means' places");
  require_size(result.square.size(), shape.parameters(), "new squares' places");
  require_finite(problem.parameters, "parameters");
  require_finite(problem.mean, "means");
  require_finite(problem.square, "squares");
  if (!std::ranges::all_of(problem.square, [](float number) { return number >= 0; })) {
    throw std::invalid_argument("the network's squares hold a negative number");
  }
  require_some(problem.data, "the data");
  require_some(problem.noise, "the noise");
  require_same_dimension(problem.data.dimension, shape.dimension);
  require_same_dimension(problem.noise.dimension, shape.dimension);
  if (problem.noise.size() != problem.data.size() || problem.times.size() != problem.data.size()) {
    throw std::invalid_argument("a batch of " + std::to_string(problem.data.size()) + " data has noise of " +
                                std::to_string(problem.noise.size()) + " points and " +
                                std::to_string(problem.times.size()) + " times");
  }
  for (const float t : problem.times) require_time(t, /*zero_allowed=*/true);
}

void reference(const TrainingProblem& problem, TrainingResult& result) {
  require_valid(problem, result);
  const NetworkShape& shape = problem.shape;
  const std::vector<double> parameters(problem.parameters.begin(), problem.parameters.end());
  std::vector<double> gradient(parameters.size());
  Pass pass(shape);
  std::vector<double> output_gradient(shape.dimension), second(shape.hidden), first(shape.hidden),
      input(shape.inputs());
  const auto batch = static_cast<double>(problem.data.size());
  double loss = 0;
  for (std::size_t sample = 0; sample < problem.data.size(); ++sample) {
    const double t = problem.times[sample];
    for (std::size_t j = 0; j < shape.dimension; ++j) {
      pass.input[j] = (1 - t) * problem.data[sample][j] + t * problem.noise[sample][j];
    }
    pass.input.back() = t;
    pass.forward(shape, parameters.data());
    for (std::size_t j = 0; j < shape.dimension; ++j) {
      const double slope = static_cast<double>(problem.noise[sample][j]) - problem.data[sample][j];
      const double difference = pass.output[j] - slope;
      loss += difference * difference / batch;
      output_gradient[j] = 2 * difference / batch;
    }
    layer_back(parameters.data() + shape.weight_3(), pass.second, output_gradient, gradient.data() + shape.weight_3(),
               gradient.data() + shape.bias_3(), second);
    for (std::size_t k = 0; k < shape.hidden; ++k) second[k] *= 1 - pass.second[k] * pass.second[k];
    layer_back(parameters.data() + shape.weight_2(), pass.first, second, gradient.data() + shape.weight_2(),
               gradient.data() + shape.bias_2(), first);
    for (std::size_t k = 0; k < shape.hidden; ++k) first[k] *= 1 - pass.first[k] * pass.first[k];
    layer_back(parameters.data(), pass.input, first, gradient.data(), gradient.data() + shape.bias_1(), input);
  }
  result.loss = loss;
  const AdamOptions& adam = problem.adam;
  const auto times = static_cast<double>(problem.step + 1);
  for (std::size_t i = 0; i < gradient.size(); ++i) {
    const double mean = adam.beta1 * problem.mean[i] + (1 - adam.beta1) * gradient[i];
    const double square = adam.beta2 * problem.square[i] + (1 - adam.beta2) * gradient[i] * gradient[i];
    const double mean_corrected = mean / (1 - std::pow(adam.beta1, times));
    const double square_corrected = square / (1 - std::pow(adam.beta2, times));
    const double change = adam.rate * mean_corrected / (std::sqrt(square_corrected) + adam.epsilon);
    result.gradient[i] = static_cast<float>(gradient[i]);
    result.mean[i] = static_cast<float>(mean);
    result.square[i] = static_cast<float>(square);
    result.parameters[i] = static_cast<float>(parameters[i] - change);
  }
}

void network_velocity(const NetworkShape& shape, std::span<const float> parameters, std::span<const double> x, double t,
                      std::span<double> velocity) {
  require_shape(shape);
  require_size(parameters.size(), shape.parameters(), "parameters");
  require_same_dimension(x.size(), shape.dimension);
  require_same_dimension(velocity.size(), shape.dimension);
  const std::vector<double> in_double(parameters.begin(), parameters.end());
  Pass pass(shape);
  std::ranges::copy(x, pass.input.begin());
  pass.input.back() = t;
  pass.forward(shape, in_double.data());
  std::ranges::copy(pass.output, velocity.begin());
}

}  // namespace tandem::flow
