// Claims about NBCE's formulas: the identity with Bayes' rule, the pools, the infinity rule, the bonus for staying.
#include <fmt/format.h>

#include <numeric>
#include <span>
#include <string>
#include <vector>

#include "claims/nbce/support.hpp"
#include "claims/suite/claim.hpp"
#include "claims/suite/timing.hpp"
#include "impl/support/random.hpp"
#include "problems/nbce/logits.hpp"

namespace tandem::claims {
namespace {

using nbce::Pool;

Outcome bayes_rule(bool) {
  double worst = 0;
  std::size_t cases = 0;
  for (std::size_t contexts = 1; contexts <= 16; ++contexts) {
    for (std::uint64_t seed = 0; seed < 20; ++seed, ++cases) {
      nbce::BayesTables tables = nbce::bayes_tables(contexts, 50, seed);
      tables.problem.settings = nbce::bayes_settings(contexts);
      const std::vector<double> merged = softmax(exact_answer(tables.problem).merged);
      const std::vector<double> posterior = softmax(tables.log_joint);
      for (std::size_t id = 0; id < 50; ++id) worst = std::max(worst, std::abs(merged[id] - posterior[id]));
    }
  }
  return {fmt::format("largest difference of a probability {:.1e} over {} random tables of 50 tokens", worst, cases),
          confirmed_if(worst <= 1e-12), cases};
}

Outcome one_context(bool) {
  double worst = 0;
  std::size_t cases = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    nbce::BayesTables tables = nbce::bayes_tables(1, 50, seed);
    const std::vector<double> question =
        softmax(std::vector(tables.problem.row(0).begin(), tables.problem.row(0).end()));
    const std::vector<double> context =
        softmax(std::vector(tables.problem.row(1).begin(), tables.problem.row(1).end()));
    for (const double beta : {0.0, 0.25, 1.0, 3.0}) {
      for (const Pool pool : {Pool::minimum_entropy, Pool::average, Pool::maximum}) {
        ++cases;
        tables.problem.settings = {.pool = pool, .beta = beta, .top_p = 1};
        const std::vector<double> merged = exact_answer(tables.problem).merged;
        for (std::size_t id = 0; id < 50; ++id) {
          const double guided = (1 + beta) * std::log(context[id]) - beta * std::log(question[id]);
          worst = std::max(worst, std::abs(merged[id] - guided));
        }
      }
    }
  }
  return {fmt::format("largest difference {:.1e} for three pools and beta of 0, 0.25, 1, 3", worst),
          confirmed_if(worst <= 1e-12), cases};
}

Outcome permutation(bool) {
  bool identical = true;
  double worst = 0;
  std::size_t cases = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    for (const Pool pool : {Pool::minimum_entropy, Pool::average, Pool::maximum}) {
      ++cases;
      nbce::Problem<float> problem = nbce::random_problem<float>(4000, 6, seed);
      problem.previous = -1;
      problem.settings.pool = pool;
      const nbce::Answer<float> before = fast_answer(problem);
      std::ranges::reverse(problem.logits);  // rows and, within them, tokens; so the question comes last
      nbce::Problem<float> turned = problem;
      turned.logits.clear();
      for (std::size_t row : {6, 0, 1, 2, 3, 4, 5}) {
        const std::vector<float> tokens(problem.row(row).rbegin(), problem.row(row).rend());
        turned.logits.insert(turned.logits.end(), tokens.begin(), tokens.end());
      }
      const nbce::Answer<float> after = fast_answer(turned);
      identical &= before.chosen < 0 || after.chosen == 5 - before.chosen;
      for (std::size_t id = 0; id < 4000; ++id) {
        const float a = before.merged[id];
        const float b = after.merged[id];
        if (pool != Pool::average) identical &= a == b;
        if (!std::isinf(a) || !std::isinf(b)) worst = std::max(worst, static_cast<double>(std::abs(a - b)));
      }
    }
  }
  return {fmt::format("minimum entropy and maximum {}; average within {:.1e} of log-probabilities down to -100",
                      identical ? "identical to the bit" : "DIFFER", worst),
          confirmed_if(identical && worst <= 1e-4), cases};
}

/// The straight line of least squares through values over x, and what it leaves of them.
struct Line {
  double slope;
  double offset;
  std::vector<double> deviations;  ///< from the mean
  std::vector<double> residuals;   ///< from the line

  Line(std::span<const double> x, std::span<const double> values) {
    const auto mean = [](std::span<const double> all) {
      return std::accumulate(all.begin(), all.end(), 0.0) / static_cast<double>(all.size());
    };
    const double x_mean = mean(x);
    const double mean_value = mean(values);
    double squares = 0;
    double products = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      deviations.push_back(values[i] - mean_value);
      squares += (x[i] - x_mean) * (x[i] - x_mean);
      products += (x[i] - x_mean) * deviations[i];
    }
    slope = products / squares;
    offset = mean_value - slope * x_mean;
    for (std::size_t i = 0; i < x.size(); ++i) residuals.push_back(deviations[i] - slope * (x[i] - x_mean));
  }
};

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

/// R^2 of a line through the times over x, noise apart: one round's residuals times the next one's, so that noise,
/// which is independent, cancels in the middle, and what bends the curve does not.
Figure r_squared_of(const Turns& turns, std::span<const double> x) {
  std::vector<double> of_pairs;
  for (std::size_t round = 0; round + 1 < turns.rounds(); round += 2) {
    const Line one(x, turns.round(round));
    const Line other(x, turns.round(round + 1));
    of_pairs.push_back(1 - dot(one.residuals, other.residuals) / dot(one.deviations, other.deviations));
  }
  return {suite::median_interval(of_pairs), turns.rounds()};
}

Outcome linear_cost(bool full) {
  std::vector<nbce::Problem<float>> problems;
  std::vector<double> rows;
  for (const std::size_t contexts : {1, 2, 4, 8, 16, 32, 64}) {
    problems.push_back(nbce::random_problem<float>(32000, contexts, 1));
    rows.push_back(static_cast<double>(contexts) + 1);
  }
  std::vector<Run> runs;
  for (const nbce::Problem<float>& problem : problems) {
    runs.emplace_back([&problem, answer = fast_answer(problem)]() mutable { simd(problem, answer, {}); });
  }
  const Turns turns = take_turns(runs, full ? 5 : 1);
  std::vector<double> times;
  for (std::size_t i = 0; i < runs.size(); ++i) times.push_back(1e6 * turns.seconds(i).estimate);
  const Line line(rows, times);
  const Figure r_squared = r_squared_of(turns, rows);
  return {fmt::format("time = {:.0f} us + {:.1f} us (n + 1) at V = 32,000; R^2 = {:.4f} [{:.4f}, {:.4f}] in {} rounds "
                      "over n = 1 to 64",
                      line.offset, line.slope, r_squared.estimate, r_squared.low, r_squared.high, r_squared.rounds),
          decide(r_squared, at_least(0.99)), runs.size()};
}

Outcome infinity_rule(bool full) {
  const std::uint64_t trials = full ? 20000 : 2000;
  std::size_t bad = 0;
  std::size_t no_token = 0;
  std::size_t without_rule = 0;
  std::size_t elements = 0;
  for (std::uint64_t seed = 0; seed < trials; ++seed) {
    nbce::Problem<double> problem = nbce::bayes_tables(1 + seed % 5, 40, seed).problem;
    for (double& logit : problem.logits) logit *= 3;
    problem.settings = {.pool = static_cast<Pool>(seed % 3), .top_p = random_uniform(seed, 1), .temperature = 0};
    const nbce::Answer<double> answer = exact_answer(problem);
    for (const double value : answer.merged) bad += !(value < std::numeric_limits<double>::infinity());
    no_token += std::isinf(answer.merged[static_cast<std::size_t>(answer.token)]);
    const nbce::Row question = read_row(problem.row(0), problem.settings);
    if (problem.settings.pool != Pool::minimum_entropy) continue;
    const std::size_t chosen = static_cast<std::size_t>(answer.chosen) + 1;
    const nbce::Row row = read_row(problem.row(chosen), problem.settings);
    for (std::size_t id = 0; id < 40; ++id) {
      const auto log_p = [&](const nbce::Row& of, std::size_t index) {
        const double logit = problem.row(index)[id];
        return of.keeps(logit, id) ? logit - of.log_sum : -std::numeric_limits<double>::infinity();
      };
      const double merged = 1.25 * log_p(row, chosen) - 0.25 * log_p(question, 0);
      without_rule += !(merged < std::numeric_limits<double>::infinity());
      ++elements;
    }
  }
  return {fmt::format("with the rule {} of {} steps have NaN or +inf, {} no token; without it {:.0f} % of all elements "
                      "are NaN or +inf",
                      bad, trials, no_token, 100 * static_cast<double>(without_rule) / static_cast<double>(elements)),
          confirmed_if(bad == 0 && no_token == 0 && without_rule > 0), trials};
}

/// How often the chosen context changes in `steps` steps of four contexts whose entropies differ by noise.
double switch_rate(double eta, std::uint64_t steps) {
  std::ptrdiff_t previous = -1;
  std::uint64_t switches = 0;
  for (std::uint64_t step = 0; step < steps; ++step) {
    std::vector<double> entropies = {0};
    for (std::uint64_t k = 0; k < 4; ++k) entropies.push_back(2 + 0.1 * random_normal(11, step, k));
    const std::ptrdiff_t chosen = nbce::choose(entropies, previous, eta);
    switches += chosen != previous && previous >= 0;
    previous = chosen;
  }
  return static_cast<double>(switches) / static_cast<double>(steps);
}

Outcome staying(bool full) {
  const std::uint64_t steps = full ? 1'000'000 : 50'000;
  const std::vector<double> etas = {-0.1, 0.0, 0.05, 0.1, 0.2};
  std::string figures;
  bool falls = true;
  double before = 2;
  for (const double eta : etas) {
    const double rate = switch_rate(eta, steps);
    figures += fmt::format("{}eta {}: {:.3f}", figures.empty() ? "" : ", ", eta, rate);
    falls &= rate < before;
    before = rate;
  }
  return {"switches per step of four contexts, entropies 2 +- 0.1: " + figures, confirmed_if(falls), etas.size()};
}

const RegisteredClaims nbce_registered{{
    {.id = "C1",
     .method = "nbce",
     .statement =
         "The average with beta = n - 1 is the exact posterior where contexts are independent given the answer",
     .source = "kexue.fm 9617",
     .threshold = "1e-12 for n = 1, ..., 16",
     .experiment = bayes_rule},
    {.id = "C2",
     .method = "nbce",
     .statement = "With one context every pool is guidance: (1 + beta) log p(T|S) - beta log p(T)",
     .source = "kexue.fm 9617; arXiv 2305.14739",
     .threshold = "1e-12",
     .experiment = one_context},
    {.id = "C3",
     .method = "nbce",
     .statement = "The order of the contexts does not matter",
     .source = "kexue.fm 9617",
     .threshold = "identical; for the average, whose order of addition changes, 1e-4",
     .experiment = permutation},
    {.id = "C4",
     .method = "nbce",
     .statement = "The merge step costs a + b (n + 1)",
     .source = "kexue.fm 9617",
     .threshold = "R^2 at least 0.99 over n = 1, ..., 64, noise apart: residuals of one round times those of the next",
     .quick_seconds = 1.5,
     .full_seconds = 6,
     .experiment = linear_cost},
    {.id = "C7",
     .method = "nbce",
     .statement = "The bonus eta makes the choice of context change less often",
     .source = "kexue.fm 9632",
     .threshold = "the rate falls with every step of eta from -0.1 to 0.2",
     .full_seconds = 3,
     .experiment = staying},
    {.id = "C8",
     .method = "nbce",
     .statement = "Copying the pool where log p(T) = -inf leaves no NaN and no +inf, and always a possible token",
     .source = "kexue.fm 9632",
     .threshold = "none in all trials, and some without the rule",
     .full_seconds = 5,
     .experiment = infinity_rule},
}};

}  // namespace
}  // namespace tandem::claims
