// What the posts say of the cost of randomness, and the targets of this project.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <span>
#include <vector>

#include "benchmarks/suite/machine.hpp"
#include "claims/suite/claim.hpp"
#include "claims/unigram/support.hpp"
#include "impl/support/parallel.hpp"
#include "impl/unigram/files.hpp"
#include "problems/support/data.hpp"

namespace tandem::claims {
namespace {

using namespace unigram;

Outcome cost_of_randomness(bool full) {
  return on_texts(full, at_most(1.6),
                  [](Own& own, double budget) { return ratio(own.sampling(), own.decoding(), budget); });
}

Outcome cost_of_bias(bool full) {
  return on_texts(full, at_least(1), [](Own& own, double budget) {
    const Problem& problem = own.problem;
    Tokens tokens;
    return ratio([&] { sample_biased(problem.prepared->tables, problem.text, 0.1, {}, tokens, {}); }, own.sampling(),
                 budget);
  });
}

Outcome cost_of_64_best(bool full) {
  return on_texts(full, at_least(1), [](Own& own, double budget) {
    const Problem& problem = own.problem;
    Tokens tokens;
    return ratio([&] { sample_n_best(problem.prepared->tables, problem.text, 64, 0.1, {}, tokens, {}); },
                 own.sampling(), budget);
  });
}

Outcome cost_of_32(bool full) {
  return on_texts(full, at_most(4),
                  [](Own& own, double budget) { return ratio(own.sampling_32(), own.sampling(), budget); });
}

/// Arithmetic that needs no memory: what two threads can gain here.
Run arithmetic(int steps, const Execution& execution = {}) {
  return [steps, execution] {
    static std::array<volatile double, 64> results;  // nobody reads them, and they are computed all the same
    for_each_chunk(execution, results.size(), 1, [steps](std::size_t first, std::size_t last) {
      for (std::size_t i = first; i < last; ++i) {
        auto value = static_cast<double>(i);
        for (int step = 0; step < steps; ++step) value = value * 0.999 + 0.5;
        results[i] = value;
      }
    });
  };
}

/// What two threads gain as a part of what they gain in arithmetic, in the same round. The arithmetic takes as long:
/// what else wants the cores interrupts the shorter of two parallel runs by a larger part.
Outcome gain_of_two_threads(bool full, Run (Own::*run)(const Execution&)) {
  if (suite::all_cores().threads < 2) return not_testable("there is one core");
  return on_texts(full, at_least(0.9), [&](Own& own, double budget) {
    constexpr int some = 1000;
    const double as_long = some * ratio((own.*run)({}), arithmetic(some), 0).estimate;
    const int steps = std::max(1, static_cast<int>(as_long));
    const Execution two{.threads = 2, .scheduler = Scheduler::openmp};
    const Turns turns =
        take_turns({(own.*run)({}), (own.*run)(two), arithmetic(steps), arithmetic(steps, two)}, budget);
    return turns.figure([](std::span<const double> times) { return times[0] / times[1] * (times[3] / times[2]); });
  });
}

Outcome two_threads_decoding(bool full) { return gain_of_two_threads(full, &Own::decoding); }

Outcome two_threads_sampling(bool full) { return gain_of_two_threads(full, &Own::sampling); }

Outcome linear_in_length(bool full) {
  const std::vector<std::string> names = {"line_100k", "line_1M", "line_10M"};
  std::vector<Problem> problems;
  for (const std::string& name : names) problems.push_back(*problem_named(name));
  std::vector<Own> owns(problems.begin(), problems.end());
  std::vector<Run> runs;
  for (Own& own : owns) runs.push_back(own.decoding());
  const Turns turns = take_turns(runs, 2 * budget_seconds(full));
  std::string figures;
  for (std::size_t i = 0; i < names.size(); ++i) {
    figures += fmt::format("{}: {:.1f} ns a byte; ", names[i],
                           1e9 * turns.seconds(i).estimate / static_cast<double>(problems[i].text.size()));
  }
  const Figure growth = exponent(
      turns.ratio(2, 0), static_cast<double>(problems[2].text.size()) / static_cast<double>(problems[0].text.size()));
  return {figures + fmt::format("exponent {:.3f} [{:.3f}, {:.3f}] in {} rounds", growth.estimate, growth.low,
                                growth.high, growth.rounds),
          decide(growth, {.least = 0.97, .most = 1.03}), names.size()};
}

Outcome loading(bool full) {
  const auto bytepiece = problems::optional_data("bytepiece_80k.model");
  const auto path = bytepiece ? *bytepiece : shipped_vocabulary();
  std::size_t pieces = 0;
  std::size_t bytes = 0;
  const Run load = [&] {
    const auto vocabulary = std::make_shared<const Vocabulary>(load_vocabulary(path).vocabulary);
    pieces = vocabulary->given;
    bytes = Tables(vocabulary).bytes();
  };
  const Figure time = take_turns({load}, budget_seconds(full)).seconds(0);
  return {fmt::format("{} pieces of {}: {:.3f} s [{:.3f}, {:.3f}] in {} rounds, tables of {:.1f} MB", pieces,
                      path.filename().string(), time.estimate, time.low, time.high, time.rounds,
                      static_cast<double>(bytes) / 1e6),
          together({decide(time, at_most(1)), confirmed_if(static_cast<double>(bytes) <= 16e6)}), 1};
}

std::vector<Claim> unigram_cost_claims() {
  return {
      cost_claim("C7a",
                 "One sample at alpha = 0.1 costs at most 1.6 times what decoding costs (BytePiece's ratio is 1.43)",
                 "kexue.fm 9768, the table's ratio", "at most 1.6", cost_of_randomness),
      cost_claim("C7c", "The first Viterbi sampling, which is biased, costs no less than one sample of the right law",
                 of_this_project, "at least 1", cost_of_bias),
      cost_claim("C7d", "One of the 64 best segmentations costs no less than one of all", of_this_project, "at least 1",
                 cost_of_64_best),
      cost_claim("C9", "The time to decode grows with the length of a line, up to 10 MB", of_this_project,
                 "exponent 1 +- 0.03", linear_in_length),
      cost_claim("T4", "32 samples cost at most 4 times what one costs", of_this_project, "at most 4", cost_of_32),
      cost_claim("T6",
                 "A vocabulary of 80,000 pieces is loaded in a second, into tables of 16 MB (BytePiece's where it is)",
                 of_this_project, "at most 1 s and 16 MB", loading),
      cost_claim("T7a", "Two threads gain when decoding 0.9 of what they gain in arithmetic without memory",
                 of_this_project, "at least 0.9", two_threads_decoding),
      cost_claim("T7b", "Two threads gain when sampling 0.9 of what they gain in arithmetic without memory",
                 of_this_project, "at least 0.9", two_threads_sampling)};
}

const RegisteredClaims unigram_cost_registered(unigram_cost_claims());

}  // namespace
}  // namespace tandem::claims
