// R6: the schemes against the best sequential loop, in wall time.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <chrono>
#include <functional>

#include "benchmarks/suite/machine.hpp"
#include "claims/rnn_support.hpp"

namespace tandem::claims {
namespace {

using rnn::TanhDiagonal;

double seconds(const std::function<void()>& run) {
  const auto start = std::chrono::steady_clock::now();
  run();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

template <class Cell>
using Variant = void (*)(const Problem<Cell>&, Answer<>&, const Execution&);

/// The median over interleaved rounds of loop time / scheme time, or nothing where the scheme does not converge.
template <class Cell>
std::optional<double> speedup(Variant<Cell> scheme, const Problem<Cell>& problem, int rounds) {
  Answer<> answer;
  answer.states.resize(problem.length() * problem.hidden_size);
  const Execution execution = suite::all_cores();
  std::vector<double> ratios;
  try {
    scheme(problem, answer, execution);
    for (int round = 0; round < rounds; ++round) {
      const double loop = seconds([&] { rnn::sequential_simd<Cell>(problem, answer, execution); });
      ratios.push_back(loop / seconds([&] { scheme(problem, answer, execution); }));
    }
  } catch (const rnn::NotConverged&) {
    return std::nullopt;
  }
  std::ranges::nth_element(ratios, ratios.begin() + rounds / 2);
  return ratios[static_cast<std::size_t>(rounds / 2)];
}

struct Race {
  std::vector<std::string> figures;
  double best = 0;
  std::size_t faster = 0;
  std::size_t slower = 0;  ///< or not converged
};

template <class Cell>
void race(Race& all, const std::string& name, std::size_t d, std::size_t length, double gain, double input_scale,
          int rounds) {
  const Problem<Cell, double> in_double = random_network<Cell>(d, length, gain, input_scale, 1);
  Problem<Cell> problem{.hidden_size = d, .weights = {}, .initial_state = {}, .input = {}};
  for (const double weight : in_double.weights) {
    problem.weights.push_back(static_cast<float>(Cell::dense ? weight : std::clamp(weight, -gain, gain)));
  }
  problem.initial_state.assign(d, 0);
  problem.input.assign(in_double.input.begin(), in_double.input.end());
  std::vector<std::string> figures;
  const auto add = [&](const char* scheme, Variant<Cell> alone, Variant<Cell> threaded) {
    const auto one = speedup(alone, problem, rounds);
    const auto several = one ? speedup(threaded, problem, rounds) : std::nullopt;
    const double better = std::max(one.value_or(0), several.value_or(0));
    figures.push_back(one ? fmt::format("{} {:.2f}x", scheme, better) : fmt::format("{} -", scheme));
    ++(better > 1 ? all.faster : all.slower);
    all.best = std::max(all.best, better);
  };
  add("newton", rnn::iterate_simd<Scheme::newton, Cell>, rnn::iterate_simd_omp<Scheme::newton, Cell>);
  add("quasi_newton", rnn::iterate_simd<Scheme::quasi_newton, Cell>, rnn::iterate_simd_omp<Scheme::quasi_newton, Cell>);
  add("constant_jacobian", rnn::iterate_simd<Scheme::constant_jacobian, Cell>,
      rnn::iterate_simd_omp<Scheme::constant_jacobian, Cell>);
  all.figures.push_back(fmt::format("{}: {}", name, fmt::join(figures, ", ")));
}

Outcome faster_than_the_loop(bool full) {
  const int rounds = full ? 101 : 21;
  Race all;
  race<TanhDiagonal>(all, "scalar", 1, 1 << 18, 0.9, 1, rounds);
  race<TanhDiagonal>(all, "scalar, small signals", 1, 1 << 18, 0.5, 0.1, rounds);
  race<TanhDiagonal>(all, "diagonal d 64", 64, 1 << 12, 0.9, 1, rounds);
  race<Tanh>(all, "dense d 8", 8, 1 << 14, 0.9, 1, rounds);
  race<Tanh>(all, "dense d 8, small signals", 8, 1 << 14, 0.5, 0.1, rounds);
  race<Tanh>(all, "dense d 64", 64, 1 << 12, 0.9, 1, rounds);
  race<Tanh>(all, "dense d 64, small signals", 64, 1 << 12, 0.5, 0.1, rounds);
  const Verdict verdict = all.slower == 0            ? Verdict::confirmed
                          : all.faster <= all.slower ? Verdict::refuted
                                                     : Verdict::unstable;
  return {fmt::format("faster than the loop in {} of {} races, best {:.2f}x ({} threads or one, the better): {}",
                      all.faster, all.faster + all.slower, all.best, int{suite::all_cores().threads},
                      fmt::join(all.figures, "; ")),
          verdict};
}

const Registered rnn_time_registered{{
    {.id = "R6",
     .method = "rnn",
     .statement = "Evaluating the recurrence by iterating over the whole sequence is usually faster than the recursion",
     .source = post_9783,
     .threshold = "faster than the sequential SIMD loop in most races on this machine's processor",
     .quick_seconds = 5,
     .full_seconds = 25,
     .experiment = faster_than_the_loop},
}};

}  // namespace
}  // namespace tandem::claims
