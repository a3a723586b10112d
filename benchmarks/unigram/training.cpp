// unigram_candidates, unigram_train: what the training of a vocabulary begins with, and the whole of it.
#include <algorithm>
#include <cmath>
#include <limits>

#include "benchmarks/suite/hash.hpp"
#include "benchmarks/unigram/support.hpp"
#include "impl/unigram/training.hpp"
#include "problems/unigram/texts.hpp"

namespace tandem::unigram {
namespace {

struct Training {
  std::string text;
  TrainingOptions options;
};

using Found = std::vector<Candidate>;

// Counts are whole numbers, and the order has a rule.
void describe(const Training&, suite::Fields<Found>& fields) { fields.equal("candidates", suite::itself); }

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

// Losses are exact, and counts are next to each other's: the same pieces come out, with scores that are at most rounded
// to another multiple of their unit.
void describe_vocabulary(const Training&, suite::Fields<Vocabulary>& fields) {
  fields.equal("pieces", &Vocabulary::pieces);
  fields.absolute("scores", &Vocabulary::scores, {}, 2 * score_unit);
  fields.equal("given", &Vocabulary::given);
  fields.equal("longest", &Vocabulary::longest);
}

/// As many pieces as were asked for at most, and the first ones' probabilities add up to 1: bytes that do not occur
/// come behind.
std::optional<std::string> certificate(const Training& training, const Vocabulary& vocabulary) {
  if (vocabulary.given > training.options.pieces) return "there are too many pieces";
  double sum = 0;
  for (std::size_t i = 0; i < vocabulary.given; ++i) sum += std::exp(vocabulary.scores[i]);
  if (!(sum > 0.1 && sum < 1 + 1e-4)) return "the probabilities add up to " + std::to_string(sum);
  return std::nullopt;
}

/// Half of the problems stay within words.
Training random_training(std::size_t count, std::uint64_t seed) {
  return {
      .text = random_words(count / 2, seed),
      .options = {
          .pieces = 12 + count / 8, .longest = 4 + seed * 5, .candidates = 10 * count, .within_words = count % 2 == 0}};
}

std::vector<suite::Workload<Training>> training_workloads(double largest) {
  std::vector<suite::Workload<Training>> all;
  for (suite::Workload<Problem>& workload : workloads()) {
    if (workload.name.starts_with("random_bytes") || workload.name.starts_with("run_of_a") || workload.size > largest)
      continue;
    all.push_back({.name = workload.name,
                   .size = workload.size,
                   .fitted = workload.fitted,
                   .quick = workload.name != "line_6k" && workload.size < 1e4,
                   .make = [make = workload.make](std::uint64_t seed) {
                     Training training{.text = make(seed).text, .options = {}};
                     training.options.pieces = std::clamp<std::size_t>(training.text.size() / 64, 512, 8192);
                     return training;
                   }});
  }
  return all;
}

std::uint64_t hash(const Training& training) {
  return suite::hash_of(std::vector(training.text.begin(), training.text.end()));
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
     .workloads = training_workloads(2e6),
     .headlines = {{"short_lines_6k", "all repeated substrings of 6 kB"}},
     .problem = random_training,
     .hash = hash,
     .fields = describe,
     .certificate = [](const Training& training, const Found& found) { return certificate(training, found); }});

const suite::Registered<Training, Vocabulary> registered_training(
    {.name = "unigram_train",
     .summary = "a vocabulary from a text: candidates, expectation maximisation, pruning",
     .source = "arXiv 1804.10959, section 3.2",
     .variants =
         {{.name = "reference",
           .run = [](const Training& training, Vocabulary& vocabulary,
                     const Execution&) { vocabulary = train(training.text, training.options, TrainingParts{}); },
           .growth = {1, 10000}},
          {.name = {"automaton", suite::Rows::openmp_too},
           .run = [](const Training& training, Vocabulary& vocabulary,
                     const Execution& execution) { vocabulary = train(training.text, training.options, execution); },
           .growth = {1, 1000}}},
     .workloads = training_workloads(2e5),
     .headlines = {{"short_lines_6k", "a vocabulary trained on 6 kB"}},
     .problem = [](std::size_t count, std::uint64_t seed) { return random_training(count + 2, seed); },  // never empty
     .hash = hash,
     .fields = describe_vocabulary,
     .certificate = [](const Training& training,
                       const Vocabulary& vocabulary) { return certificate(training, vocabulary); }});

}  // namespace
}  // namespace tandem::unigram
