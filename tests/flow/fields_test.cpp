// The exact fields: known values, limits, symmetries, and input that is refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <string>
#include <vector>

#include "problems/flow/points.hpp"
#include "reference/flow/fields.hpp"
#include "reference/flow/integrate.hpp"
#include "tests/support/refusal.hpp"

namespace tandem::flow {
namespace {

using test::refusal;

using testing::DoubleNear;
using testing::ElementsAre;
using testing::Pointwise;

std::vector<double> empirical(const Points<double>& data, const std::vector<double>& x, double t) {
  std::vector<double> velocity(x.size());
  empirical_velocity(data, x, t, velocity);
  return velocity;
}

std::vector<double> mean_at(const Points<double>& data, const std::vector<double>& x, double t) {
  std::vector<double> mean(x.size());
  posterior_mean(data, x, t, mean);
  return mean;
}

Field empirical_field(const Points<double>& data) {
  return [&data](std::span<const double> x, double t, std::span<double> velocity) {
    empirical_velocity(data, x, t, velocity);
  };
}

TEST(GaussianField, IsTheClosedFormOfUnitVariances) {
  const Gaussian unit{{0}, {1}};
  std::vector<double> velocity(1);
  for (const double t : {0.0, 0.1, 0.5, 0.9, 1.0}) {
    gaussian_velocity(unit, unit, std::vector{1.7}, t, velocity);
    EXPECT_NEAR(velocity[0], (2 * t - 1) * 1.7 / ((1 - t) * (1 - t) + t * t), 1e-15) << t;
  }
}

TEST(GaussianField, WithCorrelationsIsTheRotatedFieldOfTheAxes) {
  const double c = std::cos(0.7), s = std::sin(0.7);
  // R diag(4, 1) R^T and R diag(1, 9) R^T
  const Gaussian data{{1, -2}, {4 * c * c + s * s, 3 * c * s, 3 * c * s, 4 * s * s + c * c}};
  const Gaussian noise{{0.5, 3}, {c * c + 9 * s * s, -8 * c * s, -8 * c * s, s * s + 9 * c * c}};
  const double t = 0.3, x[] = {0.4, -1.1};
  std::vector<double> velocity(2);
  gaussian_velocity(data, noise, x, t, velocity);
  const double rest[] = {x[0] - (0.7 * 1 + 0.3 * 0.5), x[1] - (0.7 * -2 + 0.3 * 3)};
  const double along = c * rest[0] + s * rest[1], across = -s * rest[0] + c * rest[1];
  const double first = (t * 1 - (1 - t) * 4) / (0.49 * 4 + 0.09 * 1) * along;
  const double second = (t * 9 - (1 - t) * 1) / (0.49 * 1 + 0.09 * 9) * across;
  EXPECT_NEAR(velocity[0], -0.5 + c * first - s * second, 1e-14);
  EXPECT_NEAR(velocity[1], 5 + s * first + c * second, 1e-14);
}

TEST(MixtureField, OfOneComponentIsTheGaussianField) {
  const Mixture data{2, {3}, {1, 2}, {0.5, 2}}, noise{2, {0.1}, {0, -1}, {1, 0.25}};
  std::vector<double> mixture(2), gaussian(2);
  mixture_velocity(data, noise, std::vector{0.3, 0.6}, 0.4, mixture);
  gaussian_velocity({{1, 2}, {0.5, 0, 0, 2}}, {{0, -1}, {1, 0, 0, 0.25}}, std::vector{0.3, 0.6}, 0.4, gaussian);
  EXPECT_THAT(mixture, Pointwise(DoubleNear(1e-15), gaussian));
}

TEST(MixtureField, OfVeryNarrowComponentsIsTheEmpiricalField) {
  const Points<double> data{1, {-1, 0.5, 2}};
  const Mixture narrow{1, {1, 1, 1}, data.values, {1e-14, 1e-14, 1e-14}}, normal{1, {1}, {0}, {1}};
  for (const double t : {1.0, 0.6, 0.2}) {
    std::vector<double> velocity(1);
    mixture_velocity(narrow, normal, std::vector{0.3}, t, velocity);
    EXPECT_NEAR(velocity[0], empirical(data, {0.3}, t)[0], 1e-10) << t;
  }
}

TEST(EmpiricalField, OfTwoPointsIsAHyperbolicTangent) {
  const double a = 1.3;
  const Points<double> data{1, {-a, a}};
  for (const double t : {0.05, 0.3, 0.7, 1.0}) {
    for (const double x : {-2.0, -0.01, 0.0, 0.4}) {
      const double mean = a * std::tanh(a * (1 - t) * x / (t * t));
      EXPECT_NEAR(mean_at(data, {x}, t)[0], mean, 1e-14) << t << " " << x;
      EXPECT_NEAR(empirical(data, {x}, t)[0], (x - mean) / t, 1e-14 / t) << t << " " << x;
    }
  }
}

TEST(EmpiricalField, KeepsTheSignOfASampleBetweenTwoPoints) {
  const Points<double> data{1, {-1, 1}};
  for (const double start : {-1.5, -0.02, 0.0, 0.02, 0.8}) {
    std::vector<double> x{start};
    integrate(empirical_field(data), Scheme::euler, uniform_times(1, 0, 200), x);
    EXPECT_NEAR(x[0], start == 0 ? 0 : std::copysign(1, start), 1e-9);
  }
}

TEST(EmpiricalField, LeadsToTheOnlyDatumInAnyNumberOfSteps) {
  const Points<double> data{3, {1.5, -0.25, 40}};
  for (const std::size_t steps : {1, 2, 3, 7, 100}) {
    std::vector<double> x{0.3, -2, 1};
    EXPECT_EQ(integrate(empirical_field(data), Scheme::euler, uniform_times(1, 0, steps), x), steps);
    EXPECT_THAT(x, Pointwise(DoubleNear(1e-14 * 40), data.values)) << steps;
  }
}

TEST(EmpiricalField, LeadsToTheMeanInOneStep) {
  const Points<double> data = in_double(clustered(3, 50, 4));
  std::vector<double> mean(4);
  for (std::size_t i = 0; i < 50; ++i) {
    for (std::size_t j = 0; j < 4; ++j) mean[j] += data[i][j] / 50;
  }
  const Points<double> starts = in_double(noise(4, 20, 4));
  for (std::size_t i = 0; i < starts.size(); ++i) {
    std::vector<double> x(starts[i].begin(), starts[i].end());
    integrate(empirical_field(data), Scheme::euler, uniform_times(1, 0, 1), x);
    EXPECT_THAT(x, Pointwise(DoubleNear(1e-12), mean));
  }
}

TEST(EmpiricalField, TurnsAndPermutesWithTheData) {
  const Points<double> data = in_double(clustered(5, 40, 2)), starts = in_double(noise(6, 10, 2));
  const double c = std::cos(1.1), s = std::sin(1.1);
  const auto turned = [&](const Points<double>& points) {
    Points<double> result = points;
    for (std::size_t i = 0; i < points.size(); ++i) {
      result[i][0] = c * points[i][0] - s * points[i][1];
      result[i][1] = s * points[i][0] + c * points[i][1];
    }
    return result;
  };
  Points<double> reversed = data;
  for (std::size_t i = 0; i < data.size(); ++i) std::ranges::copy(data[i], reversed[data.size() - 1 - i].begin());
  const Points<double> turned_data = turned(data), turned_starts = turned(starts);
  for (const double t : {0.15, 0.5, 1.0}) {
    for (std::size_t i = 0; i < starts.size(); ++i) {
      const std::vector<double> x(starts[i].begin(), starts[i].end());
      const Points<double> velocity = turned({2, empirical(data, x, t)});
      const std::vector<double> other(turned_starts[i].begin(), turned_starts[i].end());
      EXPECT_THAT(empirical(turned_data, other, t), Pointwise(DoubleNear(1e-12), velocity.values));
      EXPECT_THAT(empirical(reversed, x, t), Pointwise(DoubleNear(1e-12), empirical(data, x, t)));
    }
  }
}

TEST(EmpiricalField, MovesWithTheData) {
  const Points<double> data = in_double(clustered(5, 40, 2)), starts = in_double(noise(6, 10, 2));
  const double shift[] = {2, -3};
  Points<double> moved = data;
  for (std::size_t i = 0; i < moved.values.size(); ++i) moved.values[i] += shift[i % 2];
  for (const double t : {0.15, 0.5, 1.0}) {
    for (std::size_t i = 0; i < starts.size(); ++i) {  // x_t moves by 1 - t of the shift, and its end by all of it
      const std::vector<double> x(starts[i].begin(), starts[i].end());
      const std::vector<double> velocity = empirical(data, x, t);
      EXPECT_THAT(empirical(moved, {x[0] + (1 - t) * shift[0], x[1] + (1 - t) * shift[1]}, t),
                  ElementsAre(DoubleNear(velocity[0] - shift[0], 1e-11), DoubleNear(velocity[1] - shift[1], 1e-11)));
    }
  }
}

TEST(EmpiricalField, TendsToTheNearestDatumAndTheMeanOfTies) {
  const Points<double> data{1, {-1, 1, 1, 5}};
  EXPECT_THAT(mean_at(data, {0.4}, 0), ElementsAre(1));
  EXPECT_NEAR(mean_at(data, {0}, 0)[0], 1.0 / 3, 1e-15);      // the three at distance 1
  EXPECT_THAT(mean_at(data, {0.4}, 1e-200), ElementsAre(1));  // whose square is 0
  EXPECT_THAT(mean_at(data, {0.4}, 1e-3), ElementsAre(DoubleNear(1, 1e-14)));
}

TEST(EmpiricalField, OfRepeatedDataIsThatOfTheDataOnce) {
  const Points<double> once{2, {0, 1, 2, -1}}, twice{2, {0, 1, 2, -1, 0, 1, 2, -1}};
  EXPECT_THAT(empirical(twice, {0.3, 0.3}, 0.4), Pointwise(DoubleNear(1e-15), empirical(once, {0.3, 0.3}, 0.4)));
}

TEST(EmpiricalField, OfDataFarAwayIsNeverNoNumber) {
  const Points<double> data{1, {1e6, 1e6 + 1}};  // all weights underflow without the subtraction
  EXPECT_THAT(mean_at(data, {0}, 0.01), ElementsAre(1e6));
  EXPECT_NEAR(empirical(data, {0}, 0.01)[0], -1e8, 1e-6);
}

TEST(EmpiricalField, RefusesMalformedInputInOneSentence) {
  const Points<double> data{1, {1, 2}};
  std::vector<double> one(1), two(2);
  const auto at = [&](const Points<double>& points, const std::vector<double>& x, double t) {
    return refusal([&] { empirical(points, x, t); });
  };
  EXPECT_EQ(at({1, {}}, {0}, 1), "the data are empty");
  EXPECT_EQ(at({0, {}}, {}, 1), "the data have no dimensions");
  EXPECT_EQ(at({2, {1, 2, 3}}, {0, 0}, 1), "the data hold 3 numbers, which are no points of 2");
  EXPECT_EQ(at({1, {1, NAN}}, {0}, 1), "coordinate 0 of point 1 of the data is no finite number");
  EXPECT_EQ(at(data, {NAN}, 1), "a coordinate of the point is no finite number");
  EXPECT_EQ(at(data, {0, 0}, 1), "points of 2 dimensions do not go with points of 1");
  EXPECT_EQ(at(data, {0}, 0), "the time is 0.000000, not within (0, 1]");
  EXPECT_EQ(at(data, {0}, NAN), "the time is nan, not within (0, 1]");
  EXPECT_EQ(at(data, {0}, 1.5), "the time is 1.500000, not within (0, 1]");
  EmpiricalAnswer room(3);
  EXPECT_EQ(refusal([&] {
              reference(EmpiricalProblem{{1, {1}}, {1, {1}}, 1}, room);
            }),
            "the answer has room for 3 numbers, not 1");
}

TEST(EmpiricalField, AnswersNoQueriesWithNothing) {
  EmpiricalAnswer answer;
  reference(EmpiricalProblem{{1, {1}}, {1, {}}, 0.5}, answer);
  EXPECT_TRUE(answer.empty());
}

TEST(Laws, RefuseWhatTheyAreNot) {
  EXPECT_EQ(refusal([] { require_valid(Gaussian{{}, {}}); }), "a Gaussian has no dimensions");
  EXPECT_EQ(refusal([] { require_valid(Gaussian{{0}, {0}}); }), "a covariance is not positive definite");
  EXPECT_EQ(refusal([] { require_valid(Gaussian{{0, 0}, {1, 2, 0, 1}}); }), "a covariance is not symmetric");
  EXPECT_EQ(refusal([] { require_valid(Mixture{1, {}, {}, {}}); }), "a mixture has no components");
  EXPECT_EQ(refusal([] { require_valid(Mixture{1, {0}, {0}, {1}}); }), "a weight of a mixture is not positive");
  EXPECT_EQ(refusal([] { require_valid(Mixture{1, {1}, {0}, {0}}); }), "a variance of a mixture is not positive");
}

TEST(PairedField, OfOnePairIsStraight) {
  const Points<double> data{2, {1, 2}}, start{2, {-1, 0}};
  std::vector<double> velocity(2);
  paired_velocity(data, start, 0.1, std::vector{0.0, 1.0}, 0.5, velocity);
  EXPECT_THAT(velocity, ElementsAre(-2, -2));
}

TEST(PairedField, OfASmallBandwidthFollowsTheNearestPath) {
  const Points<double> data{1, {0, 10}}, start{1, {1, 9}};
  std::vector<double> velocity(1);
  paired_velocity(data, start, 0.01, std::vector{9.6}, 0.5, velocity);
  EXPECT_NEAR(velocity[0], (9.6 - 10) / 0.5, 1e-14);
  EXPECT_EQ(refusal([&] { paired_velocity(data, start, 0, std::vector{9.6}, 0.5, velocity); }),
            "the bandwidth is not positive");
}

}  // namespace
}  // namespace tandem::flow
