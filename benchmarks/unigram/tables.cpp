// unigram_tables: what the other methods have prepared: the tables of a vocabulary and its weights for alpha = 0.1.
// They are right if they decode a text as the reference does.
#include <limits>

#include "benchmarks/suite/hash.hpp"
#include "benchmarks/unigram/support.hpp"

namespace tandem::unigram {
namespace {

using Row = suite::Variant<Problem, Tokens>;

suite::Workload<Problem> workload(std::string name, bool fitted, std::size_t share) {
  const std::size_t pieces_kept = 16'384 / share;
  return {.name = std::move(name),
          .size = static_cast<double>(pieces_kept),
          .fitted = fitted,
          .make = [share](std::uint64_t seed) {
            Problem problem = workloads()[0].make(seed);
            problem.text.resize(300);
            std::vector<std::string> pieces = problem.prepared->vocabulary->pieces;
            std::vector<double> scores = problem.prepared->vocabulary->scores;
            pieces.resize(pieces.size() / share);
            scores.resize(pieces.size());
            problem.prepared =
                std::make_shared<const Prepared>(make_vocabulary(std::move(pieces), std::move(scores)), 0.1);
            return problem;
          }};
}

const suite::Registered<Problem, Tokens> registered(
    {.name = "unigram_tables",
     .summary = "the automaton of a vocabulary and its weights, and a line of text decoded with them",
     .source = "Aho and Corasick, CACM 18(6), 1975; kexue.fm 9752",
     .variants = {{.name = "reference",
                   .run =
                       [](const Problem& problem, Tokens& tokens, const Execution&) {
                         tokens = Reference(*problem.prepared->vocabulary).decode(problem.text);
                       },
                   .growth = {1, 300}},
                  {.name = "automaton",
                   .run =
                       [](const Problem& problem, Tokens& tokens, const Execution& execution) {
                         const Sampler sampler(Tables(problem.prepared->vocabulary), 0.1);
                         decode(sampler.tables(), problem.text, tokens, execution);
                       },
                   .growth = {1, 1000}}},
     .workloads = {workload("shipped_4k", true, 4), workload("shipped_8k", true, 2), workload("shipped_16k", true, 1)},
     .headlines = {{"shipped_4k", "the automaton of 4,096 pieces"}},
     .problem = [](std::size_t count, std::uint64_t seed) { return random_problem(count, seed, 0.1); },
     .hash = hash_of_problem,
     .fields = describe_tokens,
     .certificate = [](const Problem& problem, const Tokens& tokens) { return not_the_text(problem, tokens); }});

}  // namespace
}  // namespace tandem::unigram
