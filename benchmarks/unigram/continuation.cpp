// unigram_continuation: what may stand in the place of the last pieces of a text, for a hundred texts that end
// anywhere.
#include <algorithm>
#include <limits>

#include "benchmarks/suite/hash.hpp"
#include "benchmarks/unigram/support.hpp"
#include "problems/unigram/texts.hpp"

namespace tandem::unigram {
namespace {

constexpr std::size_t most = 4;

struct Prompts {
  std::shared_ptr<const Prepared> prepared;
  std::shared_ptr<const PrefixIndex> index;
  std::vector<std::string> texts{};
};

Prompts prompts(const Problem& problem, std::size_t count, std::uint64_t seed) {
  return {.prepared = problem.prepared,
          .index = std::make_shared<const PrefixIndex>(*problem.prepared->vocabulary),
          .texts = random_prompts(problem.text, count, seed)};
}

using Answers = std::vector<std::vector<Continuation>>;

void describe(const Prompts& prompts, suite::Fields<Answers>& fields) {
  fields.equal("continuations", suite::itself, prompts.texts.size());
}

/// What is made so begins with the text.
std::optional<std::string> certificate(const Prompts& prompts, const Answers& answers) {
  const Vocabulary& vocabulary = *prompts.prepared->vocabulary;
  if (answers.size() != prompts.texts.size()) return "an answer is missing";
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (answers[i].empty() != prompts.texts[i].empty()) return "text " + std::to_string(i) + " cannot go on";
    for (const Continuation& one : answers[i]) {
      if (!prompts.texts[i].ends_with(one.rest)) return "a rest is not the end of text " + std::to_string(i);
      for (const std::uint32_t token : one.next) {
        if (token >= vocabulary.pieces.size() || !vocabulary.pieces[token].starts_with(one.rest)) {
          return "a piece does not begin with the rest of text " + std::to_string(i);
        }
      }
    }
  }
  return std::nullopt;
}

const suite::Registered<Prompts, Answers> registered(
    {.name = "unigram_continuation",
     .summary = "the pieces that may stand in the place of the last 1 to 4 of a text, for texts that end anywhere",
     .source = "kexue.fm 9762",
     .variants = {{.name = "reference",
                   .run =
                       [](const Prompts& prompts, Answers& answers, const Execution&) {
                         for (std::size_t i = 0; i < answers.size(); ++i) {
                           answers[i] = continuations(prompts.prepared->reference, prompts.texts[i], most);
                         }
                       },
                   .growth = {1, 300'000}},
                  {.name = "automaton_sorted",
                   .run =
                       [](const Prompts& prompts, Answers& answers, const Execution&) {
                         for (std::size_t i = 0; i < answers.size(); ++i) {
                           continuations(prompts.prepared->tables, *prompts.index, prompts.texts[i], most, answers[i]);
                         }
                       },
                   .growth = {1, 1000}}},
     .workloads = {{.name = "shipped_50",
                    .size = 50,
                    .items = 1,
                    .make = [](std::uint64_t seed) { return prompts(workloads()[0].make(seed), 50, seed); }}},
     .headlines = {{"shipped_50", "how 50 cut texts may go on"}},
     .problem =
         [](std::size_t count, std::uint64_t seed) {
           return prompts(random_problem(count, seed, 1), std::min<std::size_t>(count, 50), seed);
         },
     .hash =
         [](const Prompts& prompts) {
           std::string all;
           for (const std::string& text : prompts.texts) all += text + '\n';
           return suite::hash_of(std::vector<char>(all.begin(), all.end()));
         },
     .fields = describe,
     .certificate = certificate});

}  // namespace
}  // namespace tandem::unigram
