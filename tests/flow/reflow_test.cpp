// Flows of many points, with fixed and adaptive steps, and couplings in batches.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <exception>
#include <span>
#include <string>
#include <vector>

#include "impl/flow/flow.hpp"
#include "impl/flow/reflow.hpp"
#include "problems/flow/points.hpp"
#include "problems/flow/training.hpp"
#include "reference/flow/straightness.hpp"

namespace tandem::flow {
namespace {

TEST(Reflow, IsTheDefinitionForManyPoints) {
  const Points<float> data = clustered(1, 40, 2), start = noise(2, 40, 2), starts = noise(3, 7, 2);
  const Points<double> data_double = in_double(data), start_double = in_double(start);
  const auto expected =
      straightness([&](std::span<const double> x, double t,
                       std::span<double> velocity) { paired_velocity(data_double, start_double, 0.5, x, t, velocity); },
                   in_double(starts), 0, 8, Scheme::euler);
  const Flowed found = flow(paired_field(data, start, 0.5), starts, 0, 8, Scheme::euler, {.threads = 2});
  EXPECT_NEAR(found.straightness, expected.straightness, 1e-4 * expected.straightness);
  EXPECT_NEAR(found.cost, expected.cost, 1e-5 * expected.cost);
  EXPECT_EQ(found.evaluations, expected.evaluations);
}

TEST(Reflow, WithAdaptiveStepsIsTheDefinitionForEachPoint) {
  const Points<float> data = clustered(1, 60, 2), starts = noise(3, 131, 2);
  const Points<double> exact = in_double(data);
  const std::vector<double> times{1, 0.6, 0.2, 0.05};
  const AdaptiveOptions options{.relative = 1e-5, .absolute = 1e-5};
  const AdaptivelyFlowed found = flow_adaptively(empirical_field(data), starts, times, options, {.threads = 3});
  ASSERT_EQ(found.states.size(), times.size());
  EXPECT_EQ(found.states[0].values, starts.values);
  EXPECT_GT(found.evaluations, 7);
  for (const std::size_t point : {0, 77, 130}) {
    std::vector<double> x(starts[point].begin(), starts[point].end());
    std::vector<std::vector<double>> states;
    integrate_adaptive([&](std::span<const double> at, double t,
                           std::span<double> velocity) { empirical_velocity(exact, at, t, velocity); },
                       1, 0.05, x, {.relative = 1e-9, .absolute = 1e-9}, times, &states);
    for (std::size_t k = 0; k < times.size(); ++k) {
      for (std::size_t j = 0; j < 2; ++j) EXPECT_NEAR(found.states[k][point][j], states[k][j], 1e-3) << times[k];
    }
  }
}

TEST(Reflow, WithAdaptiveStepsNeverStopsBeforeItsEnd) {
  const Points<float> data = clustered(1, 60, 2), starts = noise(3, 5, 2);
  const auto flow_to = [&](std::vector<double> times, const AdaptiveOptions& options) -> std::string {
    try {
      flow_adaptively(empirical_field(data), starts, times, options, {.threads = 2, .scheduler = Scheduler::openmp});
    } catch (const std::exception& sentence) {
      return sentence.what();
    }
    return "done";
  };
  EXPECT_EQ(flow_to({0.01}, {}), "done");
  EXPECT_THAT(flow_to({0.01}, {.most_evaluations = 40}), testing::HasSubstr("after 40 evaluations"));
  EXPECT_EQ(flow_to({0.01}, {.relative = 1e-9, .absolute = 1e-9}), "samples of floats keep no tolerance below 1e-6");
  EXPECT_EQ(flow_to({}, {}), "there are no times");
  EXPECT_EQ(flow_to({0.1, 0.5}, {}), "the times of dense output do not go from the flow's begin to its end");
  EXPECT_EQ(flow_to({0.01}, {.relative = -1}), "the tolerances must be 0 or more, and one of them more");
}

/// The field of many points is the definition at each of them.
void expect_is(const BatchField& field, std::size_t dimension, const Field& definition) {
  const Points<float> x = noise(4, 53, dimension);
  const Points<double> exact = in_double(x);
  std::vector<float> found(x.values.size());
  field(x.values.data(), x.size(), 0.3, found.data());
  std::vector<double> velocity(dimension);
  for (std::size_t i = 0; i < x.size(); ++i) {
    definition(exact[i], 0.3, velocity);
    for (std::size_t j = 0; j < dimension; ++j) EXPECT_NEAR(found[dimension * i + j], velocity[j], 1e-5);
  }
}

TEST(MixtureField, IsTheDefinition) {
  const Mixture data{.dimension = 2, .weights = {0.25, 0.75}, .means = {-2, 0, 3, 1}, .variances = {0.5, 0.5, 1.5, 1}};
  const Mixture normal{.dimension = 2, .weights = {1}, .means = {0, 0}, .variances = {1, 1}};
  expect_is(mixture_field(data, normal), 2, [&](std::span<const double> x, double t, std::span<double> velocity) {
    mixture_velocity(data, normal, x, t, velocity);
  });
}

TEST(NetworkField, IsTheDefinition) {
  const NetworkShape shape{.dimension = 3, .hidden = 10};
  const std::vector<float> parameters = initial_parameters(shape, 3);
  expect_is(network_field(shape, parameters), 3, [&](std::span<const double> x, double t, std::span<double> velocity) {
    network_velocity(shape, parameters, x, t, velocity);
  });
  EXPECT_THROW(network_field(shape, {1, 2}), std::invalid_argument);
}

TEST(BatchesOfPairs, AreOptimalAsAWholeAndPermutationsInParts) {
  const Points<float> x = noise(1, 50, 2), y = noise(2, 50, 2);
  const double independent = mean_cost(in_double(x), in_double(y), 2);
  double last = independent;
  for (const std::size_t batch : {1, 5, 25, 50, 80}) {
    const Points<float> paired = paired_in_batches(x, y, batch);
    const double cost = mean_cost(in_double(x), in_double(paired), 2);
    EXPECT_LE(cost, last * (1 + 1e-6)) << batch;
    last = cost;
    EXPECT_THAT(paired.values, testing::UnorderedElementsAreArray(y.values));
  }
  EXPECT_LT(last, 0.5 * independent);
}

}  // namespace
}  // namespace tandem::flow
