// R6: the schemes against the best sequential loop, in wall time.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "benchmarks/suite/machine.hpp"
#include "claims/rnn/support.hpp"
#include "claims/suite/timing.hpp"

namespace tandem::claims {
namespace {

using rnn::TanhDiagonal;

template <class Cell>
using Variant = void (*)(const Problem<Cell>&, Answer<>&, const Execution&);

struct Races {
  std::vector<std::string> figures;
  double best = 0;
  std::size_t faster = 0;
  std::size_t slower = 0;  ///< or not converged
  std::size_t undecided = 0;

  std::size_t count() const { return faster + slower + undecided; }
};

/// Of a tanh cell. The weights of diagonal ones are the first row of the dense ones'.
template <class Cell>
Problem<Cell> network(std::size_t d, std::size_t length, double gain, double input_scale) {
  const Problem<Tanh, double> in_double = random_network<Tanh>(d, length, gain, input_scale, 1);
  Problem<Cell> problem{.hidden_size = d, .weights = {}, .initial_state = {}, .input = {}};
  for (std::size_t i = 0; i < rnn::weight_count<Cell>(d); ++i) {
    const double weight = in_double.weights[i];
    problem.weights.push_back(static_cast<float>(Cell::dense ? weight : std::clamp(weight, -gain, gain)));
  }
  problem.initial_state.assign(d, 0);
  problem.input.assign(in_double.input.begin(), in_double.input.end());
  return problem;
}

bool converges(const Run& scheme) {
  try {
    scheme();
    return true;
  } catch (const rnn::NotConverged&) {
    return false;
  }
}

/// The loop and the three schemes on one network, each on one thread and on all, in one race.
template <class Cell>
void race(Races& all, const char* name, const Problem<Cell>& problem, double budget_seconds) {
  Answer<> answer;
  answer.states.resize(problem.length() * problem.hidden_size);
  const auto run_of = [&](Variant<Cell> variant, Scheduler scheduler) -> Run {
    return [&, variant, scheduler] {
      variant(problem, answer, {.threads = suite::all_cores().threads, .scheduler = scheduler});
    };
  };
  const auto ways_of = [&](Variant<Cell> variant) -> std::vector<Run> {
    return {run_of(variant, Scheduler::sequential), run_of(variant, Scheduler::openmp)};
  };
  struct Entry {
    const char* scheme;
    std::vector<Run> ways;
  };
  const std::vector<Entry> entries = {
      {"newton", ways_of(rnn::iterate_simd<Scheme::newton, Cell>)},
      {"quasi_newton", ways_of(rnn::iterate_simd<Scheme::quasi_newton, Cell>)},
      {"constant_jacobian", ways_of(rnn::iterate_simd<Scheme::constant_jacobian, Cell>)}};
  std::vector<Run> runs = {run_of(rnn::sequential_simd<Cell>, Scheduler::sequential)};
  std::vector<const Entry*> racing;
  for (const Entry& entry : entries) {
    if (!std::ranges::all_of(entry.ways, converges)) continue;
    runs.insert(runs.end(), entry.ways.begin(), entry.ways.end());
    racing.push_back(&entry);
  }
  const Turns turns = take_turns(runs, budget_seconds);

  std::vector<std::string> figures;
  for (const Entry& entry : entries) {
    const auto place = static_cast<std::size_t>(std::ranges::find(racing, &entry) - racing.begin());
    if (place == racing.size()) {
      figures.push_back(fmt::format("{} -", entry.scheme));
      ++all.slower;
      continue;
    }
    const Figure alone = turns.ratio(0, 1 + 2 * place);
    const Figure threaded = turns.ratio(0, 2 + 2 * place);
    const Figure& better = alone.estimate > threaded.estimate ? alone : threaded;
    figures.push_back(
        fmt::format("{} {:.2f}x [{:.2f}, {:.2f}]", entry.scheme, better.estimate, better.low, better.high));
    all.best = std::max(all.best, better.estimate);
    const Verdict verdicts[] = {decide(alone, at_least(1)), decide(threaded, at_least(1))};
    if (std::ranges::count(verdicts, Verdict::confirmed) > 0) {
      ++all.faster;
    } else if (std::ranges::count(verdicts, Verdict::refuted) == 2) {
      ++all.slower;
    } else {
      ++all.undecided;
    }
  }
  all.figures.push_back(fmt::format("{}, {} rounds: {}", name, turns.rounds(), fmt::join(figures, ", ")));
}

Outcome faster_than_the_loop(bool full) {
  const double budget = full ? 8 : 1;
  Races all;
  race(all, "scalar", network<TanhDiagonal>(1, 1 << 18, 0.9, 1), budget);
  race(all, "scalar, small signals", network<TanhDiagonal>(1, 1 << 18, 0.5, 0.1), budget);
  race(all, "diagonal d 64", network<TanhDiagonal>(64, 1 << 12, 0.9, 1), budget);
  race(all, "dense d 8", network<Tanh>(8, 1 << 14, 0.9, 1), budget);
  race(all, "dense d 8, small signals", network<Tanh>(8, 1 << 14, 0.5, 0.1), budget);
  race(all, "dense d 64", network<Tanh>(64, 1 << 12, 0.9, 1), budget);
  race(all, "dense d 64, small signals", network<Tanh>(64, 1 << 12, 0.5, 0.1), budget);
  const std::size_t half = all.count() / 2;
  const Verdict verdict = all.faster > half                    ? Verdict::confirmed
                          : all.faster + all.undecided <= half ? Verdict::refuted
                                                               : Verdict::undecided;
  return {fmt::format("faster than the loop in {} of {} races, undecided in {}, best {:.2f}x ({} threads or one, the "
                      "better): {}",
                      all.faster, all.count(), all.undecided, all.best, int{suite::all_cores().threads},
                      fmt::join(all.figures, "; ")),
          verdict, all.count()};
}

const RegisteredClaims rnn_time_registered{{
    {.id = "R6",
     .method = "rnn",
     .statement = "Evaluating the recurrence by iterating over the whole sequence is usually faster than the recursion",
     .source = post_9783,
     .threshold = "faster than the sequential SIMD loop in most races on this machine's processor",
     .quick_seconds = 10,
     .full_seconds = 60,
     .experiment = faster_than_the_loop},
}};

}  // namespace
}  // namespace tandem::claims
