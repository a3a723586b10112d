// The network: its loss by hand, its gradient by differences, Adam by hand, and what is refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

#include "problems/flow/training.hpp"
#include "reference/flow/network.hpp"

namespace tandem::flow {
namespace {

TrainingResult stepped(const TrainingProblem& problem) {
  TrainingResult result = room_for(problem.shape);
  reference(problem, result);
  return result;
}

TEST(Network, WithoutWeightsAnswersItsLastBias) {
  TrainingProblem problem = random_training({.dimension = 2, .hidden = 3}, 4, 1);
  std::fill(problem.parameters.begin(), problem.parameters.end(), 0.0F);
  double expected = 0;
  for (std::size_t i = 0; i < problem.data.values.size(); ++i) {
    const double slope = static_cast<double>(problem.noise.values[i]) - problem.data.values[i];
    expected += slope * slope / 4;
  }
  EXPECT_NEAR(stepped(problem).loss, expected, 1e-14 * expected);
}

TEST(Network, OfOneUnitIsTheFormula) {
  const NetworkShape shape{.dimension = 1, .hidden = 1};
  ASSERT_EQ(shape.parameters(), 8U - 1);
  const std::vector<float> parameters{0.5F, -0.25F, 0.125F, 2, -1, 3, 0.75F};
  std::vector<double> velocity(1);
  network_velocity(shape, parameters, std::vector{0.6}, 0.4, velocity);
  EXPECT_NEAR(velocity[0], 3 * std::tanh(2 * std::tanh(0.5 * 0.6 - 0.25 * 0.4 + 0.125) - 1) + 0.75, 1e-15);
}

TEST(Network, HasTheGradientOfItsLoss) {
  const TrainingProblem problem = random_training({.dimension = 2, .hidden = 5}, 7, 2);
  const TrainingResult result = stepped(problem);
  double length = 0;
  for (const float part : result.gradient) length += static_cast<double>(part) * part;
  for (std::size_t i = 0; i < problem.parameters.size(); ++i) {
    TrainingProblem above = problem, below = problem;
    above.parameters[i] += 0x1p-9F;
    below.parameters[i] -= 0x1p-9F;
    const double step = static_cast<double>(above.parameters[i]) - below.parameters[i];
    EXPECT_NEAR((stepped(above).loss - stepped(below).loss) / step, result.gradient[i], 1e-4 * std::sqrt(length)) << i;
  }
}

TEST(Network, IsUpdatedByAdam) {
  TrainingProblem problem = random_training({.dimension = 1, .hidden = 2}, 3, 3);
  problem.step = 4;
  const TrainingResult result = stepped(problem);
  for (std::size_t i = 0; i < problem.parameters.size(); ++i) {
    const double g = result.gradient[i];
    const double mean = 0.9 * problem.mean[i] + 0.1 * g, square = 0.999 * problem.square[i] + 0.001 * g * g;
    EXPECT_NEAR(result.mean[i], mean, 1e-6 * std::abs(mean) + 1e-9);
    EXPECT_NEAR(result.square[i], square, 1e-6 * square + 1e-12);
    const double change =
        1e-3 * (mean / (1 - std::pow(0.9, 5))) / (std::sqrt(square / (1 - std::pow(0.999, 5))) + 1e-8);
    EXPECT_NEAR(result.parameters[i], problem.parameters[i] - change, 1e-6);
  }
}

TEST(Network, RefusesMalformedInput) {
  const TrainingProblem good = random_training({.dimension = 2, .hidden = 3}, 4, 1);
  const auto message = [](TrainingProblem problem) -> std::string {
    TrainingResult result = room_for(problem.shape);
    try {
      reference(problem, result);
    } catch (const std::invalid_argument& sentence) {
      return sentence.what();
    }
    return "accepted";
  };
  TrainingProblem bad = good;
  bad.times[0] = 1.5F;
  EXPECT_EQ(message(bad), "the time is 1.500000, not within [0, 1]");
  bad = good;
  bad.data = {2, {}};
  EXPECT_EQ(message(bad), "the data are empty");
  bad = good;
  bad.shape.hidden = 0;
  EXPECT_EQ(message(bad), "the network has no hidden units");
  bad = good;
  bad.parameters[3] = NAN;
  EXPECT_EQ(message(bad), "the network's parameters hold a number that is not finite");
  bad = good;
  bad.mean.pop_back();
  EXPECT_EQ(message(bad), "the network's means are 31 numbers, not 32");
  bad = good;
  bad.times.pop_back();
  EXPECT_EQ(message(bad), "a batch of 4 data has noise of 4 points and 3 times");
}

}  // namespace
}  // namespace tandem::flow
