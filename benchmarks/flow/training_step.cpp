// flow_training_step: loss, gradient and Adam's update of a small network that learns the field.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "benchmarks/suite/hash.hpp"
#include "benchmarks/suite/registry.hpp"
#include "impl/flow/chunks.hpp"
#include "impl/flow/flow.hpp"
#include "problems/flow/training.hpp"

namespace tandem::flow {
namespace {

/// Of the functions with a variant's name, the one of this method.
using Run = void (*)(const TrainingProblem&, TrainingResult&, const Execution&);

TrainingProblem awkward(std::size_t count, std::uint64_t seed) {
  return random_training({.dimension = 1 + (count + seed) % 7, .hidden = 1 + (count + 3 * seed) % 53},
                         std::clamp<std::size_t>(count, 1, 300), seed);
}

/// A number goes through 5 products there and back. One of k terms in float is off by about sqrt(k) u, u = 6e-8; the
/// tanh of a network is right to 4e-7, which is 7 u, twice on the way. A factor 4 is left for what lies between.
double tolerance(const TrainingProblem& problem) {
  const double terms = static_cast<double>(std::max(problem.shape.hidden, problem.data.size()));
  return 4 * 6e-8 * (std::sqrt(5 * terms) + 14);
}

std::vector<suite::Part> tensors(const NetworkShape& shape) {
  const std::size_t ends[] = {shape.bias_1(),   shape.weight_2(), shape.bias_2(),
                              shape.weight_3(), shape.bias_3(),   shape.parameters()};
  const char* const names[] = {"W1", "b1", "W2", "b2", "W3", "b3"};
  std::vector<suite::Part> parts;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < 6; ++i) {
    parts.push_back({names[i], begin, ends[i] - begin});
    begin = ends[i];
  }
  return parts;
}

double length_of(std::span<const float> numbers) {
  return std::sqrt(std::transform_reduce(numbers.begin(), numbers.end(), 0.0, std::plus{},
                                         [](float number) { return static_cast<double>(number) * number; }));
}

/// Every matrix and bias as a vector; a hundredth of the whole list's length always counts as size, since a part may
/// cancel.
void describe(const TrainingProblem& problem, suite::Fields<TrainingResult>& fields) {
  const std::size_t size = problem.shape.parameters();
  const auto by_tensor = [&](const char* name, std::vector<float> TrainingResult::*list) {
    fields.relative_length(name, list, size, tolerance(problem), tensors(problem.shape),
                           [list](const TrainingResult& right, const suite::Part& tensor) {
                             const std::span<const float> all(right.*list);
                             return length_of(all.subspan(tensor.begin, tensor.size)) + 0.01 * length_of(all);
                           });
  };
  fields.relative("loss", &TrainingResult::loss, {}, tolerance(problem),
                  [](const TrainingResult& right) { return std::max(right.loss, 1e-3); });
  by_tensor("gradient", &TrainingResult::gradient);
  by_tensor("parameters", &TrainingResult::parameters);
  by_tensor("mean", &TrainingResult::mean);
  by_tensor("square", &TrainingResult::square);
}

/// The loss and the last bias' gradient by a pass forward in double, and Adam by its formula from the gradient given.
std::optional<std::string> certificate(const TrainingProblem& problem, const TrainingResult& result) {
  const NetworkShape& shape = problem.shape;
  const auto batch = static_cast<double>(problem.data.size());
  std::vector<double> x(shape.dimension), velocity(shape.dimension), bias(shape.dimension);
  double loss = 0;
  for (std::size_t i = 0; i < problem.data.size(); ++i) {
    const double t = problem.times[i];
    for (std::size_t j = 0; j < x.size(); ++j) x[j] = (1 - t) * problem.data[i][j] + t * problem.noise[i][j];
    network_velocity(shape, problem.parameters, x, t, velocity);
    for (std::size_t j = 0; j < x.size(); ++j) {
      const double difference = velocity[j] - (static_cast<double>(problem.noise[i][j]) - problem.data[i][j]);
      loss += difference * difference / batch;
      bias[j] += 2 * difference / batch;
    }
  }
  const double slack = tolerance(problem);
  if (!(std::abs(loss - result.loss) <= slack * std::max(loss, 1e-3))) return "the loss is not the batch's";
  const double size = length_of(result.gradient) + std::sqrt(loss);
  for (std::size_t j = 0; j < x.size(); ++j) {
    if (!(std::abs(bias[j] - result.gradient[shape.bias_3() + j]) <= slack * size)) {
      return "the gradient of the last bias is not twice the mean difference";
    }
  }
  const double correction_1 = 1 - std::pow(problem.adam.beta1, static_cast<double>(problem.step + 1));
  const double correction_2 = 1 - std::pow(problem.adam.beta2, static_cast<double>(problem.step + 1));
  for (std::size_t i = 0; i < shape.parameters(); ++i) {
    const double change = problem.adam.rate * result.mean[i] / correction_1 /
                          (std::sqrt(result.square[i] / correction_2) + problem.adam.epsilon);
    const double expected = problem.parameters[i] - change;
    if (!(std::abs(result.parameters[i] - expected) <= 1e-6 * (std::abs(expected) + std::abs(change)))) {
      return "parameter " + std::to_string(i) + " is not where Adam moves it";
    }
  }
  return std::nullopt;
}

/// Products: once there, twice back, but for the gradient of the input.
suite::Work work(const TrainingProblem& problem, const TrainingResult&) {
  const NetworkShape& shape = problem.shape;
  const std::size_t first = shape.hidden * shape.inputs();
  const std::size_t rest = shape.hidden * (shape.hidden + shape.dimension);
  const double bytes = 4 * static_cast<double>(shape.parameters());
  return {.fma_float = static_cast<double>(problem.data.size() * (2 * first + 3 * rest)),
          .bytes_read = 3 * bytes,
          .bytes_written = 4 * bytes,
          .footprint = 7 * bytes};
}

suite::Workload<TrainingProblem> workload(const char* name, const NetworkShape& shape, std::size_t batch) {
  return {.name = name,
          .size = 3 * static_cast<double>(shape.parameters()),
          .items = static_cast<double>(batch),
          .fitted = false,
          .quick = true,
          .make = [=](std::uint64_t seed) { return random_training(shape, batch, seed); }};
}

const suite::Registered<TrainingProblem, TrainingResult> registered({
    .name = "flow_training_step",
    .summary = "a training step of a small network as field: loss, gradient, Adam",
    .source = "kexue.fm 9497; arXiv 1412.6980",
    .variants = {{"reference",
                  [](const TrainingProblem& problem, TrainingResult& result, const Execution&) {
                    reference(problem, result);
                  },
                  {1, 1}},
                 {suite::scheduled("simd"), Run(simd), {1, 1.0 / 16}}},
    .workloads = {workload("d2_h100_b2048", {.dimension = 2, .hidden = 100}, 2048),
                  workload("d2_h64_b256", {.dimension = 2, .hidden = 64}, 256),
                  workload("d64_h256_b512", {.dimension = 64, .hidden = 256}, 512)},
    .headlines = {{"d2_h64_b256", "training step of a small network, batch of 256"}},
    .problem = awkward,
    .structural_counts = {chunk_samples, 2 * chunk_samples},
    .hash = [](const TrainingProblem& problem) { return suite::hash_of(problem.parameters); },
    .fields = describe,
    .certificate = certificate,
    .work = work,
});

}  // namespace
}  // namespace tandem::flow
