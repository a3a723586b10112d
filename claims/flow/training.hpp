// Trained networks, for the experiments about them.
#pragma once

#include <cstddef>
#include <utility>

#include "claims/flow/support.hpp"
#include "problems/flow/training.hpp"

namespace tandem::claims {

/// A network after so many steps, each with the batch that `draw(problem, step)` writes; the rate falls to 0.
template <class Draw>
flow::TrainingProblem trained(const flow::NetworkShape& shape, std::size_t steps, const Draw& draw,
                              const Execution& execution = {}) {
  constexpr double rate = 2e-3;
  flow::TrainingProblem problem = flow::new_training(shape, 1);
  flow::TrainingResult result = flow::room_for(shape);
  for (; problem.step < steps; ++problem.step) {
    problem.adam.rate = rate * (1 - static_cast<double>(problem.step) / static_cast<double>(steps));
    draw(problem, problem.step);
    flow::simd(problem, result, execution);
    std::swap(problem.parameters, result.parameters);
    std::swap(problem.mean, result.mean);
    std::swap(problem.square, result.square);
  }
  return problem;
}

/// Three modes around the origin, and standard normal noise: the exact field is known.
struct TrainingToy {
  flow::Mixture data{2, {1, 1, 1}, {1.73, 1, -1.73, 1, 0, -2}, {0.1, 0.1, 0.1, 0.1, 0.1, 0.1}};
  flow::Mixture noise{2, {1}, {0, 0}, {1, 1}};

  void draw_batch(flow::TrainingProblem& problem, std::uint64_t number, std::size_t batch) const {
    problem.data = flow::draw(data, 1000 + 3 * number, batch);
    problem.noise = flow::draw(noise, 900'000'000 + 3 * number, batch);
    problem.times = flow::uniform_draws(7, number * batch, batch);
  }
};

}  // namespace tandem::claims
