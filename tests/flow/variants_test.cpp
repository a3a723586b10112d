// The fast variants: the same bits at every number of threads, where rounding could have its way, bad input, and fields
// that are wrong and are found out.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>
#include <string>
#include <vector>

#include "benchmarks/suite/registry.hpp"
#include "impl/flow/flow.hpp"
#include "problems/flow/points.hpp"
#include "problems/flow/training.hpp"

namespace tandem::flow {
namespace {

/// Runs both schedulers with several numbers of threads; all answers must be those of `simd`.
template <class Problem, class Answer, class Same>
void expect_same_bits(const Problem& problem, Answer room, const Same& same) {
  Answer alone = room;
  simd(problem, alone, {});
  for (int threads = 1; threads <= 4; ++threads) {
    for (const Scheduler scheduler : {Scheduler::openmp, Scheduler::one_tbb}) {
      Answer answer = room;
      simd(problem, answer, {.threads = threads, .scheduler = scheduler});
      EXPECT_TRUE(same(answer, alone)) << threads << " threads";
    }
  }
}

TEST(Variants, HaveTheSameBitsAtEveryNumberOfThreads) {
  const auto equal = [](const auto& a, const auto& b) { return a == b; };
  const auto same_points = [](const auto& a, const auto& b) {
    return a.points == b.points && a.evaluations == b.evaluations;
  };
  const EmpiricalProblem field{clustered(1, 300, 7), noise(2, 211, 7), 0.4};
  expect_same_bits(field, EmpiricalAnswer(211 * 7), equal);
  const PairedProblem pairs{clustered(1, 300, 3), noise(2, 300, 3), noise(3, 211, 3), 0.3, 0.6};
  expect_same_bits(pairs, EmpiricalAnswer(211 * 3), equal);
  const ConvergenceProblem normals{std::vector<double>(211, 0.5), std::vector<double>(211, 1), Scheme::heun, 12};
  expect_same_bits(normals, ConvergenceAnswer{}, [](const ConvergenceAnswer& a, const ConvergenceAnswer& b) {
    return a.ends == b.ends && a.straightness == b.straightness && a.order == b.order && a.evaluations == b.evaluations;
  });
  const GenerateProblem generate{clustered(1, 200, 3), noise(2, 157, 3), {Scheme::euler, 12, 0}};
  expect_same_bits(generate, Samples<float>{.points = std::vector<float>(157 * 3), .growth = {}}, same_points);
  const MixtureProblem mixture{three_modes_of_data(),
                               three_modes_of_noise(),
                               in_double(draw(three_modes_of_noise(), 3, 601)),
                               {Scheme::runge_kutta_4, 7, 0}};
  expect_same_bits(mixture, Samples<double>{.points = std::vector<double>(601 * 2), .growth = {}}, same_points);
  const AdaptiveProblem adaptive{mixture.data, mixture.noise, mixture.starts, {0.5, 0}, {}};
  expect_same_bits(adaptive, AdaptiveSamples{.states = std::vector<double>(2 * 601 * 2), .growth = {}},
                   [](const AdaptiveSamples& a, const AdaptiveSamples& b) {
                     return a.states == b.states && a.evaluations == b.evaluations;
                   });
  const TrainingProblem training = random_training({.dimension = 3, .hidden = 33}, 401, 4);
  expect_same_bits(training, room_for(training.shape), [](const TrainingResult& a, const TrainingResult& b) {
    return a.loss == b.loss && a.gradient == b.gradient && a.parameters == b.parameters && a.mean == b.mean &&
           a.square == b.square;
  });
  const SlicedProblem sliced{clustered(1, 333, 5), noise(2, 211, 5), directions(3, 13, 5)};
  expect_same_bits(
      sliced, SlicedAnswer{.squares = std::vector<double>(13)},
      [](const SlicedAnswer& a, const SlicedAnswer& b) { return a.squares == b.squares && a.distance == b.distance; });
  const DiscrepancyProblem discrepancy{clustered(1, 333, 5), noise(2, 211, 5), 1};
  expect_same_bits(discrepancy, DiscrepancyAnswer{}, [](const DiscrepancyAnswer& a, const DiscrepancyAnswer& b) {
    return a.energy == b.energy && a.mmd_squared == b.mmd_squared && a.mean_distance == b.mean_distance;
  });
}

TEST(Noise, IsThatOfItsSampleWhateverElseIsDrawn) {
  const Points<float> few = noise(5, 10, 3), many = noise(5, 100, 3);
  for (std::size_t i = 0; i < few.values.size(); ++i) EXPECT_EQ(few.values[i], many.values[i]);
  EXPECT_NE(noise(6, 1, 1).values, noise(5, 1, 1).values);
}

TEST(FastField, KeepsItsDigitsNearTheEnd) {
  // Points on the flow, far from the origin and near a datum: products of queries and data hold 1e6 times what decides.
  Points<float> data = clustered(7, 500, 6);
  for (float& coordinate : data.values) coordinate += 30;
  for (const double t : {0.1, 0.01, 0.001, 1e-5}) {
    EmpiricalProblem problem{data, noise(8, 40, 6), t};
    for (std::size_t i = 0; i < problem.queries.values.size(); ++i) {
      const double on_path = (1 - t) * data.values[i] + t * problem.queries.values[i];
      problem.queries.values[i] = static_cast<float>(on_path);
    }
    EmpiricalAnswer expected(40 * 6), answer(40 * 6);
    reference(problem, expected);
    simd(problem, answer, {});
    for (std::size_t i = 0; i < answer.size(); ++i) {
      EXPECT_NEAR(answer[i], expected[i], 1e-5 * std::abs(expected[i]) + 40 * 6e-8 / t) << t;
    }
  }
}

TEST(FastField, TakesOneDatumRepeatedDataAndDataFarAway) {
  for (const Points<float>& data : {Points<float>{2, {3, -1}}, Points<float>{2, {3, -1, 3, -1, 3, -1}},
                                    Points<float>{2, {3000, -1000, 3001, -1000}}}) {
    for (const double t : {1.0, 0.3, 0.01}) {
      const EmpiricalProblem problem{data, noise(1, 5, 2), t};
      EmpiricalAnswer expected(10), answer(10);
      reference(problem, expected);
      simd(problem, answer, {});
      for (std::size_t i = 0; i < 10; ++i) EXPECT_NEAR(answer[i], expected[i], 1e-5 * std::abs(expected[i]) + 1e-5);
    }
  }
}

TEST(FastField, TakesTheMeanOfTies) {
  const Points<float> data{2, {-1, 3, 1, 3, 1, 3, 9, 9}};
  for (const double t : {0.1, 1e-3, 1e-6}) {
    EmpiricalAnswer velocity(2);
    simd(EmpiricalProblem{data, {2, {0, 2}}, t}, velocity, {});  // as far from the first three
    EXPECT_NEAR(velocity[0], (0 - 1.0 / 3) / t, 1e-5 / t) << t;
    EXPECT_NEAR(velocity[1], (2 - 3) / t, 1e-5 / t) << t;
  }
}

TEST(FastSamples, LandOnTheOnlyDatum) {
  for (const std::size_t steps : {1, 2, 7}) {
    const GenerateProblem problem{{2, {1.5F, -4}}, noise(3, 9, 2), {Scheme::euler, steps, 0}};
    Samples<float> samples{.points = std::vector<float>(18), .growth = {}};
    simd(problem, samples, {});
    EXPECT_EQ(samples.evaluations, steps);
    for (std::size_t i = 0; i < 18; ++i) EXPECT_NEAR(samples.points[i], problem.data.values[i % 2], 1e-6);
  }
}

TEST(FastSamples, AreTheSameAloneAndAmongMany) {
  const Points<float> data = clustered(1, 101, 3), starts = noise(2, 97, 3);
  Samples<float> all{.points = std::vector<float>(97 * 3), .growth = {}};
  simd(GenerateProblem{data, starts, {Scheme::euler, 9, 0}}, all, {});
  for (const std::size_t i : {0, 50, 96}) {
    Samples<float> one{.points = std::vector<float>(3), .growth = {}};
    simd(GenerateProblem{data, {3, {starts[i].begin(), starts[i].end()}}, {Scheme::euler, 9, 0}}, one, {});
    for (std::size_t j = 0; j < 3; ++j) EXPECT_EQ(one.points[j], all.points[3 * i + j]) << i;
  }
}

TEST(FastVariants, RefuseWhatTheReferenceRefuses) {
  const auto message = [](const auto& call) -> std::string {
    try {
      call();
    } catch (const std::invalid_argument& sentence) {
      return sentence.what();
    }
    return "accepted";
  };
  EmpiricalAnswer one(1);
  EXPECT_EQ(message([&] { simd(EmpiricalProblem{{1, {}}, {1, {1}}, 1}, one, {}); }), "the data are empty");
  EXPECT_EQ(message([&] { simd(EmpiricalProblem{{0, {}}, {0, {}}, 1}, one, {}); }), "the data have no dimensions");
  EXPECT_EQ(message([&] {
              eigen(EmpiricalProblem{{1, {NAN}}, {1, {1}}, 1}, one, {});
            }),
            "coordinate 0 of point 0 of the data is no finite number");
  Samples<float> sample{.points = {0}, .growth = {}};
  EXPECT_EQ(
      message([&] {
        simd(GenerateProblem{{1, {1}}, {1, {1}}, {Scheme::heun, 3, 0}}, sample, {});
      }),
      "the empirical field has no value at t = 0, where heun asks for it: end above 0, or take euler or midpoint");
  EXPECT_EQ(message([&] {
              simd(GenerateProblem{{1, {1}}, {1, {1}}, {Scheme::euler, 0, 0}}, sample, {});
            }),
            "there are no steps");
  AssignmentAnswer assignment;
  EXPECT_EQ(message([&] { simd(Costs{1, {NAN}}, assignment, {}); }), "a cost is no finite number");
}

TEST(FastAssignment, ProvesItselfAmongTies) {
  for (const std::size_t size : {1, 2, 3, 8, 9, 40}) {
    for (const std::size_t levels : {1, 2, 5}) {
      Costs costs{size, {}};
      for (std::size_t i = 0; i < size * size; ++i) costs.values.push_back(static_cast<double>(i * 7919 % 13 % levels));
      AssignmentAnswer expected{.columns = std::vector<std::uint32_t>(size), .row_price = {}, .column_price = {}};
      AssignmentAnswer answer = expected;
      reference(costs, expected);
      simd(costs, answer, {});
      EXPECT_EQ(answer.cost, expected.cost) << size << ", " << levels << " levels";
      EXPECT_EQ(violation(costs, answer), 0);
    }
  }
  AssignmentAnswer nothing;
  simd(Costs{}, nothing, {});
  EXPECT_EQ(nothing.cost, 0);
}

TEST(Training, HasTheLossesOfTheDefinition) {
  TrainingProblem fast = new_training({.dimension = 2, .hidden = 24}, 5), slow = fast;
  TrainingResult fast_result = room_for(fast.shape), slow_result = fast_result;
  const auto next = [](TrainingProblem& problem, TrainingResult& result, std::size_t step) {
    std::swap(problem.parameters, result.parameters);
    std::swap(problem.mean, result.mean);
    std::swap(problem.square, result.square);
    problem.step = step + 1;
  };
  for (std::size_t step = 0; step < 100; ++step) {
    fast.data = slow.data = clustered(100 + 7 * step, 64, 2);
    fast.noise = slow.noise = noise(5000 + step, 64, 2);
    fast.times = slow.times = uniform_draws(9, 64 * step, 64);
    simd(fast, fast_result, {});
    reference(slow, slow_result);
    ASSERT_NEAR(fast_result.loss, slow_result.loss, 1e-3 * slow_result.loss) << step;
    next(fast, fast_result, step);
    next(slow, slow_result, step);
  }
}

TEST(FastSamples, TurnAndPermuteWithTheData) {
  // A quarter turn is exact in floats.
  const auto turned = [](Points<float> points) {
    for (std::size_t i = 0; i < points.size(); ++i) {
      const float x = points[i][0];
      points[i][0] = -points[i][1];
      points[i][1] = x;
    }
    return points;
  };
  const Points<float> data = clustered(4, 97, 2), starts = noise(5, 13, 2);
  Points<float> reversed = data;
  for (std::size_t i = 0; i < data.size(); ++i) std::ranges::copy(data[i], reversed[data.size() - 1 - i].begin());
  const auto samples = [&](const Points<float>& from, const Points<float>& at) {
    Samples<float> result{.points = std::vector<float>(at.values.size()), .growth = {}};
    simd(GenerateProblem{from, at, {Scheme::midpoint, 11, 0.1}}, result, {});
    return Points<float>{2, result.points};
  };
  const Points<float> plain = turned(samples(data, starts));
  EXPECT_THAT(samples(turned(data), turned(starts)).values,
              testing::Pointwise(testing::FloatNear(2e-4F), plain.values));
  EXPECT_THAT(turned(samples(reversed, starts)).values, testing::Pointwise(testing::FloatNear(2e-4F), plain.values));
}

/// A field with one mistake, as an answer to the problem.
template <class Velocity>
EmpiricalAnswer answer_by(const EmpiricalProblem& problem, const Velocity& velocity) {
  EmpiricalAnswer answer;
  for (std::size_t i = 0; i < problem.queries.size(); ++i) {
    for (const double coordinate : velocity(problem.queries[i])) answer.push_back(static_cast<float>(coordinate));
  }
  return answer;
}

TEST(NegativeControls, AreRefusedByTheCertificate) {
  const auto& method = suite::typed_method<EmpiricalProblem, EmpiricalAnswer>("flow_empirical");
  const EmpiricalProblem problem{clustered(1, 60, 3), noise(2, 20, 3), 0.02};
  const double t = problem.time;
  enum class Mistake { none, sign, no_division, no_scaling, no_maximum };
  const auto wrong = [&](Mistake mistake) {
    return answer_by(problem, [&](std::span<const float> x) {
      std::vector<double> scores, mean(3), velocity(3);
      for (std::size_t k = 0; k < problem.data.size(); ++k) {
        double square = 0;
        for (std::size_t j = 0; j < 3; ++j) {
          const double factor = mistake == Mistake::no_scaling ? 1 : 1 - t;
          square += std::pow(x[j] - factor * problem.data[k][j], 2);
        }
        scores.push_back(-square / (2 * t * t));
      }
      const double largest = mistake == Mistake::no_maximum ? 0 : *std::ranges::max_element(scores);
      double sum = 0;
      for (std::size_t k = 0; k < problem.data.size(); ++k) {
        const double weight = std::exp(scores[k] - largest);
        sum += weight;
        for (std::size_t j = 0; j < 3; ++j) mean[j] += weight * problem.data[k][j];
      }
      for (std::size_t j = 0; j < 3; ++j) {
        velocity[j] = (x[j] - mean[j] / sum) / (mistake == Mistake::no_division ? 1 : t);
        if (mistake == Mistake::sign) velocity[j] = -velocity[j];
      }
      return velocity;
    });
  };
  EXPECT_EQ(method.certificate(problem, wrong(Mistake::none)), std::nullopt);
  for (const Mistake mistake : {Mistake::sign, Mistake::no_division, Mistake::no_maximum}) {
    EXPECT_NE(method.certificate(problem, wrong(mistake)), std::nullopt) << static_cast<int>(mistake);
  }
  // Near the end 1 - t is nearly 1; halfway it is not.
  EmpiricalProblem halfway = problem;
  halfway.time = 0.5;
  EmpiricalAnswer unscaled(halfway.queries.values.size());
  Points<float> doubled = halfway.data;
  for (float& coordinate : doubled.values) coordinate *= 2;  // (1 - t) 2 x = x
  reference(EmpiricalProblem{doubled, halfway.queries, 0.5}, unscaled);
  EXPECT_NE(method.certificate(halfway, unscaled), std::nullopt);
}

}  // namespace
}  // namespace tandem::flow
