// unigram_candidates: the repeated substrings that the training of a vocabulary begins with. What it goes on with are
// the methods unigram_expect and unigram_decode.
#include <algorithm>
#include <array>
#include <limits>

#include "benchmarks/suite/hash.hpp"
#include "benchmarks/unigram_support.hpp"
#include "impl/support/random.hpp"
#include "impl/unigram/unigram_training.hpp"

namespace tandem::unigram {
namespace {

struct Training {
  std::string text;
  TrainingOptions options;
};

using Found = std::vector<Candidate>;

// Counts are whole numbers, and the order has a rule.
suite::Agreement compare(const Training&, const Found& expected, const Found& actual) {
  if (actual == expected) return {};
  const auto at = static_cast<std::size_t>(std::ranges::mismatch(expected, actual).in1 - expected.begin());
  return {.error = std::numeric_limits<double>::infinity(),
          .message = "candidate " + std::to_string(at) + " is another one"};
}

/// What is found first is in the text as often as is said.
std::optional<std::string> certificate(const Training& training, const Found& found) {
  const std::size_t characters = static_cast<std::size_t>(
      std::ranges::find_if(found, [](const Candidate& one) { return one.count != 1; }) - found.begin());
  for (std::size_t i = characters; i < std::min(found.size(), characters + 3); ++i) {
    std::size_t count = 0;
    for (std::size_t at = 0; (at = training.text.find(found[i].piece, at)) != std::string::npos; ++at) ++count;
    if (count < found[i].count) return "candidate " + std::to_string(i) + " is counted too often";
    if (!fits_a_line(found[i].piece)) return "candidate " + std::to_string(i) + " goes beyond a line";
  }
  return std::nullopt;
}

/// Words of two scripts, with lines and repeated line breaks; half of the problems stay within words.
Training random_training(std::size_t count, std::uint64_t seed) {
  constexpr std::array words = {"the ",         "cat", "\xE4\xB8\xAD\xE6\x96\x87", "a", "\n", "\xC3\xA9 ",
                                "\xE4\xB8\xAD", "aa"};
  Training training{.text = "",
                    .options = {.longest = 4 + seed * 5, .candidates = 10 * count, .within_words = count % 2 == 0}};
  for (std::size_t i = 0; i < count / 2; ++i) training.text += words[random_bits(seed, i, 6) % words.size()];
  return training;
}

std::vector<suite::Workload<Training>> training_workloads() {
  std::vector<suite::Workload<Training>> all;
  for (suite::Workload<Problem>& workload : workloads()) {
    if (workload.name.starts_with("random_bytes") || workload.name.starts_with("run_of_a") || workload.size > 2e6)
      continue;
    all.push_back({.name = workload.name,
                   .size = workload.size,
                   .fitted = workload.fitted,
                   .quick = workload.name != "line_6k" && workload.size < 1e4,
                   .make = [make = workload.make](std::uint64_t seed) {
                     return Training{.text = make(seed).text, .options = {}};
                   }});
  }
  return all;
}

const suite::Registered<Training, Found> registered(
    {.name = "unigram_candidates",
     .summary = "the repeated substrings of a text that the training of a vocabulary begins with",
     .source = "arXiv 1804.10959, section 3.2",
     .variants = {{.name = "reference",
                   .run = [](const Training& training, Found& found,
                             const Execution&) { found = candidates_by_counting(training.text, training.options); },
                   .growth = {1, 4800}},
                  {.name = "suffixes",
                   .run = [](const Training& training, Found& found,
                             const Execution&) { found = candidates(training.text, training.options); },
                   .growth = {1, 100}}},
     .workloads = training_workloads(),
     .problem = random_training,
     .hash =
         [](const Training& training) {
           return suite::hash_of(std::vector<char>(training.text.begin(), training.text.end()));
         },
     .poison = [](const Training&, Found& found) { found.assign(1, {.piece = "", .count = 0}); },
     .compare = compare,
     .certificate = certificate});

}  // namespace
}  // namespace tandem::unigram
