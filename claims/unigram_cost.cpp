// What the posts say of the cost of randomness, and the aims of this project.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "benchmarks/suite/data.hpp"
#include "benchmarks/suite/machine.hpp"
#include "claims/claim.hpp"
#include "claims/unigram_support.hpp"
#include "impl/support/parallel.hpp"
#include "impl/unigram/unigram_files.hpp"

namespace tandem::claims {
namespace {

using namespace unigram;

Outcome cost_of_randomness(bool full) {
  return on_texts(
      full, [](Own& own, int rounds) { return ratio(own.sampling(), own.decoding(), rounds); },
      [](double value) { return value <= 1.6; });
}

Outcome cost_of_bias(bool full) {
  return on_texts(
      full,
      [](Own& own, int rounds) {
        const Problem& problem = own.problem;
        Tokens tokens;
        return ratio([&] { sample_biased(problem.prepared->tables, problem.text, 0.1, {}, tokens, {}); },
                     own.sampling(), rounds);
      },
      [](double value) { return value >= 1; });
}

Outcome cost_of_64_best(bool full) {
  return on_texts(
      full,
      [](Own& own, int rounds) {
        const Problem& problem = own.problem;
        Tokens tokens;
        return ratio([&] { sample_n_best(problem.prepared->tables, problem.text, 64, 0.1, {}, tokens, {}); },
                     own.sampling(), rounds);
      },
      [](double value) { return value >= 1; });
}

Outcome cost_of_32(bool full) {
  return on_texts(
      full, [](Own& own, int rounds) { return ratio(own.sampling_32(), own.sampling(), rounds); },
      [](double value) { return value <= 4; });
}

/// Arithmetic that needs no memory: what two threads can gain here.
template <class Scheduler>
void arithmetic() {
  static std::array<volatile double, 64> results;  // nobody reads them, and they are computed all the same
  Scheduler::for_each_chunk({.threads = 2}, results.size(), 1, [](std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i) {
      auto value = static_cast<double>(i);
      for (int step = 0; step < 50'000; ++step) value = value * 0.999 + 0.5;
      results[i] = value;
    }
  });
}

/// What two threads gain as a part of what they gain in arithmetic, in the same round.
Outcome gain_of_two_threads(bool full, Run (Own::*one)(), Run (Own::*two)()) {
  if (suite::all_cores().threads < 2) return {"there is one core", Verdict::not_testable};
  return on_texts(
      full,
      [&](Own& own, int rounds) {
        const std::array<Run, 4> runs = {(own.*one)(), (own.*two)(), arithmetic<Sequential>, arithmetic<OpenMp>};
        std::vector<double> parts;
        for (int round = 0; round <= rounds; ++round) {
          std::array<double, 4> times{};
          std::ranges::transform(runs, times.begin(), seconds);
          if (round > 0) parts.push_back(times[0] / times[1] * (times[3] / times[2]));  // threads start in the first
        }
        return quartiles(std::move(parts));
      },
      [](double value) { return value >= 0.9; });
}

Outcome two_threads_decoding(bool full) { return gain_of_two_threads(full, &Own::decoding, &Own::decoding_by_two); }

Outcome two_threads_sampling(bool full) { return gain_of_two_threads(full, &Own::sampling, &Own::sampling_by_two); }

Outcome linear_in_length(bool full) {
  std::vector<double> sizes;
  std::vector<double> least;
  std::string figures;
  for (const char* name : {"line_100k", "line_1M", "line_10M"}) {
    const Problem problem = *problem_named(name);
    Own own(problem);
    std::vector<double> times;
    for (int round = 0; round < (full ? 15 : 5); ++round) times.push_back(seconds(own.decoding()));
    sizes.push_back(static_cast<double>(problem.text.size()));
    least.push_back(std::ranges::min(times));
    figures += fmt::format("{}: {:.1f} ns a byte; ", name, 1e9 * least.back() / sizes.back());
  }
  const double exponent = std::log(least.back() / least.front()) / std::log(sizes.back() / sizes.front());
  return {figures + fmt::format("exponent {:.3f}", exponent), confirmed_if(std::abs(exponent - 1) <= 0.03)};
}

Outcome loading(bool) {
  const auto bytepiece = suite::optional_data("bytepiece_80k.model");
  const auto path = bytepiece ? *bytepiece : shipped_vocabulary();
  std::size_t pieces = 0;
  std::size_t bytes = 0;
  const double time = seconds([&] {
    const auto vocabulary = std::make_shared<const Vocabulary>(load_vocabulary(path).vocabulary);
    pieces = vocabulary->given;
    bytes = Tables(vocabulary).bytes();
  });
  const bool holds = time <= 1 && static_cast<double>(bytes) <= 16e6;
  return {fmt::format("{} pieces of {}: {:.2f} s, tables of {:.1f} MB", pieces, path.filename().string(), time,
                      static_cast<double>(bytes) / 1e6),
          confirmed_if(holds)};
}

std::vector<Claim> unigram_cost_claims() {
  const char* const own = "this project";
  return {
      cost_claim("C7a",
                 "One sample at alpha = 0.1 costs at most 1.6 times what decoding costs (BytePiece's ratio is 1.43)",
                 "kexue.fm 9768, the table's ratio", "at most 1.6", cost_of_randomness),
      cost_claim("C7c", "The first Viterbi sampling, which is biased, costs no less than one sample of the right law",
                 own, "at least 1", cost_of_bias),
      cost_claim("C7d", "One of the 64 best segmentations costs no less than one of all", own, "at least 1",
                 cost_of_64_best),
      cost_claim("C9", "The time to decode grows with the length of a line, up to 10 MB", own, "exponent 1 +- 0.03",
                 linear_in_length),
      cost_claim("T4", "32 samples cost at most 4 times what one costs", own, "at most 4", cost_of_32),
      cost_claim("T6",
                 "A vocabulary of 80,000 pieces is loaded in a second, into tables of 16 MB (BytePiece's where it is)",
                 own, "at most 1 s and 16 MB", loading),
      cost_claim("T7a", "Two threads gain when decoding 0.9 of what they gain in arithmetic without memory", own,
                 "at least 0.9", two_threads_decoding),
      cost_claim("T7b", "Two threads gain when sampling 0.9 of what they gain in arithmetic without memory", own,
                 "at least 0.9", two_threads_sampling)};
}

const Registered unigram_cost_registered(unigram_cost_claims());

}  // namespace
}  // namespace tandem::claims
