// R5, R7, R8, R10, R11: what an iteration costs, what else is stated about it, and when it cannot work.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <limits>

#include "claims/rnn/support.hpp"

namespace tandem::claims {
namespace {

Outcome total_work(bool) {
  const std::vector<std::size_t> widths = {8, 32};
  std::vector<std::string> figures;
  bool holds = true;
  for (const std::size_t d : widths) {
    const auto taken = count<Scheme::newton>(random_network<Tanh>(d, 4096, 0.9, 1, 1));
    if (!taken) return not_testable(fmt::format("Newton does not converge for d = {}", d));
    // Per step and iteration one product with A for f and one for the recurrence; the last residual is one more.
    const std::size_t products = 2 * *taken + 1;
    figures.push_back(fmt::format("d = {}: {} iterations, {} products with A per step", d, *taken, products));
    holds = holds && products >= 2 * *taken;
  }
  return {fmt::format("{}; the loop has 1", fmt::join(figures, "; ")), confirmed_if(holds), widths.size()};
}

Outcome gru_recipe(bool) {
  std::vector<std::string> figures;
  std::size_t converged = 0;
  std::size_t tried = 0;
  for (const double input_scale : {0.1, 1.0}) {
    for (const double gain : {0.1, 0.3, 0.5, 1.0}) {
      const auto problem = random_network<Gru>(8, 1024, gain, input_scale, 1);
      const auto recipe = count<Scheme::constant_jacobian>(problem);
      figures.push_back(fmt::format("{}/{}: {} (Newton {}, Jacobi {})", gain, input_scale, text_of(recipe),
                                    text_of(count<Scheme::newton>(problem)), text_of(count<Scheme::jacobi>(problem))));
      converged += recipe && *recipe <= 20 ? 1 : 0;
      ++tried;
    }
  }
  return {fmt::format("weights/inputs: {}", fmt::join(figures, ", ")),
          converged == tried ? Verdict::confirmed
          : converged == 0   ? Verdict::refuted
                             : Verdict::unstable,
          tried};
}

constexpr std::size_t prefixes = 64;  // of the sequence: its first step, its first two, ...

/// The largest residual of the first n steps after n iterations, for all n <= T.
template <Scheme scheme, class Cell>
double worst_prefix(double gain) {
  constexpr std::size_t d = 8;
  auto problem = random_network<Cell>(d, prefixes, gain, 0.5, 1);
  problem.stopping.tolerance = std::numeric_limits<double>::denorm_min();
  double worst = 0;
  for (std::size_t most = 1; most <= prefixes; ++most) {
    Answer<double> answer = iterate<scheme>(problem, most);
    // It gives up sooner where it knows that so many iterations are too few for all T steps.
    const std::size_t n = std::max<std::size_t>(1, answer.iterations);
    auto beginning = problem;
    beginning.input.resize(n * Cell::gates * d);
    answer.states.resize(n * d);
    const double found = rnn::residual(beginning, answer);
    if (!(found <= worst)) worst = found;
  }
  return worst;
}

template <class Cell>
double worst_prefix_of_all() {
  return std::max({worst_prefix<Scheme::jacobi, Cell>(2), worst_prefix<Scheme::picard, Cell>(2),
                   worst_prefix<Scheme::constant_jacobian, Cell>(2), worst_prefix<Scheme::input_linearised, Cell>(2),
                   worst_prefix<Scheme::newton, Cell>(2), worst_prefix<Scheme::quasi_newton, Cell>(2)});
}

Outcome finite_termination(bool) {
  const double tanh = worst_prefix_of_all<Tanh>();
  const double gru = worst_prefix_of_all<Gru>();
  return {fmt::format("largest residual of the first n steps after n iterations, n = 1 ... 64: {:.1e} (tanh), {:.1e} "
                      "(GRU)",
                      tanh, gru),
          confirmed_if(tanh <= 1e-14 && gru <= 1e-14), 2 * tanh_schemes.size() * prefixes};
}

// ---- R10: the Lyapunov exponent ----------------------------------------------------------------------------------

/// The mean of log |J v| / |v| along the trajectory: the largest Lyapunov exponent.
double lyapunov_exponent(const Problem<Tanh, double>& problem) {
  const std::size_t d = problem.hidden_size;
  std::vector<double> x = problem.initial_state;
  std::vector<double> next(d);
  std::vector<double> v(d, 1 / std::sqrt(static_cast<double>(d)));
  std::vector<double> image(d);
  double sum = 0;
  for (std::size_t t = 0; t < problem.length(); ++t) {
    rnn::step(problem, x.data(), problem.input.data() + t * d, next.data());
    double square = 0;
    for (std::size_t i = 0; i < d; ++i) {
      image[i] = 0;
      for (std::size_t j = 0; j < d; ++j) image[i] += problem.weights[i * d + j] * v[j];
      image[i] *= 1 - next[i] * next[i];
      square += image[i] * image[i];
    }
    const double norm = std::sqrt(square);
    if (norm == 0) return -std::numeric_limits<double>::infinity();
    sum += std::log(norm);
    for (std::size_t i = 0; i < d; ++i) v[i] = image[i] / norm;
    std::swap(x, next);
  }
  return sum / static_cast<double>(problem.length());
}

Outcome exponent_predicts(bool) {
  std::size_t stable = 0;
  std::size_t stable_converged = 0;
  std::size_t stable_clamped = 0;
  std::size_t unstable = 0;
  std::size_t unstable_converged = 0;
  constexpr std::size_t networks = 120;
  for (std::uint64_t seed = 0; seed < networks; ++seed) {
    const double gain = 0.6 + 0.15 * static_cast<double>(seed % 12);
    auto problem = random_network<Tanh>(8, 512, gain, seed % 2 == 0 ? 1 : 0.1, seed);
    problem.stopping.max_iterations = 50;
    const bool converged = count<Scheme::newton>(problem).has_value();
    problem.stopping.clamp = true;
    const bool clamped = count<Scheme::newton>(problem).has_value();
    if (lyapunov_exponent(problem) < 0) {
      ++stable;
      stable_converged += converged ? 1 : 0;
      stable_clamped += clamped ? 1 : 0;
    } else {
      ++unstable;
      unstable_converged += clamped ? 1 : 0;
    }
  }
  const bool holds = stable_converged == stable && unstable_converged == 0;
  return {
      fmt::format("{} networks, at most 50 iterations for 512 steps: of {} with a negative exponent {} converge, {} "
                  "when clamped; of {} others {}",
                  networks, stable, stable_converged, stable_clamped, unstable, unstable_converged),
      holds ? Verdict::confirmed : Verdict::unstable, networks};
}

// ---- R11: the cumulative-sum trick -------------------------------------------------------------------------------

struct Trick {
  std::size_t wrong = 0;     ///< the first step with an error above 1e-3
  std::size_t overflow = 0;  ///< the first that is not finite
};

/// x_t = l^t sum_{k <= t} l^-k u_k, the sum taken first, against the recurrence in double.
template <class Real>
Trick cumulative_sum(double l) {
  Trick trick;
  double x = 0;
  Real sum = 0;
  for (std::size_t t = 1; t <= 20'000; ++t) {
    const double u = random_normal(1, t);
    x = l * x + u;
    const Real inverse = std::pow(static_cast<Real>(l), -static_cast<Real>(t));
    sum += inverse * static_cast<Real>(u);
    const double found = static_cast<double>(std::pow(static_cast<Real>(l), static_cast<Real>(t)) * sum);
    if (trick.wrong == 0 && !(std::abs(found - x) <= 1e-3)) trick.wrong = t;
    if (!std::isfinite(found)) {
      trick.overflow = t;
      break;
    }
  }
  return trick;
}

Outcome cumulative_sum_overflows(bool) {
  const Trick single = cumulative_sum<float>(0.9);
  const Trick twice = cumulative_sum<double>(0.9);
  const auto near = [](std::size_t step, double l_power) {
    return std::abs(static_cast<double>(step) / l_power - 1) < 0.02;
  };
  const bool overflows = near(single.overflow, 843) && near(twice.overflow, 6737);
  return {
      fmt::format("l = 0.9: not finite from step {} on in float, {} in double; error above 1e-3 from step {} and {}",
                  single.overflow, twice.overflow, single.wrong, twice.wrong),
      confirmed_if(overflows), 2};
}

const RegisteredClaims rnn_models_registered{{
    {.id = "R5",
     .method = "rnn",
     .statement = "The iteration does more work in total than the recursion",
     .source = post_9783,
     .threshold = "Newton, K iterations: at least 2 K products with A per step against 1",
     .experiment = total_work},
    {.id = "R7",
     .method = "rnn",
     .statement = "A = I / 2 + W_c / 4 makes the constant-Jacobian scheme work for a GRU",
     .source = post_9783,
     .threshold = "within 20 iterations for weights of scale 0.1 to 1, inputs 0.1 and 1",
     .experiment = gru_recipe},
    {.id = "R8",
     .method = "rnn",
     .statement = "After n iterations of any scheme the first n states are right",
     .source = of_this_project,
     .threshold = "residual below 1e-14, six schemes, gain 2",
     .quick_seconds = 2,
     .full_seconds = 2,
     .experiment = finite_termination},
    {.id = "R10",
     .method = "rnn",
     .statement = "The sign of the largest Lyapunov exponent decides whether Newton's iteration is of use",
     .source = "arXiv 2508.16817",
     .threshold = "converges whenever it is negative, never when it is not",
     .quick_seconds = 2,
     .full_seconds = 2,
     .experiment = exponent_predicts},
    {.id = "R11",
     .method = "rnn",
     .statement = "The cumulative-sum form of a linear recurrence overflows: l = 0.9 in float at T = 843, in double at "
                  "T = 6737",
     .source = "kexue.fm 9554",
     .threshold = "within 2 %",
     .experiment = cumulative_sum_overflows},
}};

}  // namespace
}  // namespace tandem::claims
