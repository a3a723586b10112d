// unigram_samples: 32 segmentations of the same text, as data augmentation asks for.
#include <algorithm>
#include <cmath>
#include <limits>

#include "benchmarks/unigram/support.hpp"
#include "impl/unigram/automaton/automaton.hpp"

namespace tandem::unigram {
namespace {

constexpr std::size_t count = 32;

using Samples = std::vector<Tokens>;

void describe(const Problem& problem, suite::Fields<Samples>& fields) {
  fields.equal("samples", suite::itself, {count, suite::up_to(problem.text.size())});
}

// As in describe_drawn_by_peer; the numbers of tokens of all samples are added up.
[[maybe_unused]] void describe_by_peer(const Problem& problem, suite::Fields<Samples>& fields) {
  const auto law = [&problem](const Samples& right, const Samples& samples) -> suite::Agreement {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    if (samples.size() != count) return {.error = infinity, .message = "a sample is missing"};
    double difference = 0;
    double all = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (auto wrong = not_the_text(problem, samples[i])) {
        return {.error = infinity, .message = "sample " + std::to_string(i) + ": " + *wrong};
      }
      difference += static_cast<double>(samples[i].size()) - static_cast<double>(right[i].size());
      all += static_cast<double>(right[i].size());
    }
    return {.error = std::abs(difference),
            .tolerance = 6 * std::sqrt(2 * all),
            .message = "another number of tokens than the law allows"};
  };
  fields.statistical("samples", suite::itself, {count, suite::up_to(problem.text.size())}, law);
}

std::optional<std::string> certificate(const Problem& problem, const Samples& samples) {
  for (const Tokens& tokens : samples) {
    if (auto wrong = not_the_text(problem, tokens)) return wrong;
  }
  return std::nullopt;
}

using Row = suite::Variant<Problem, Samples>;

/// Calls draw(seed, tokens) for every sample.
template <class Draw>
void one_by_one(const Problem& problem, Samples& samples, Draw draw) {
  Seed seed = problem.seed;
  for (Tokens& tokens : samples) {
    draw(seed, tokens);
    ++seed.sample;
  }
}

constexpr suite::Growth slow{1, count* slow_growth.constant};
constexpr suite::Growth fast{1, count* fast_growth.constant};

/// The sums are those of one sample.
suite::Work least_work(const Problem& problem, const Samples& samples) {
  std::size_t tokens = 0;
  for (const Tokens& sample : samples) tokens += sample.size();
  return automaton_work(problem, tokens, {.fma = 1});
}

#ifdef TANDEM_PEER_SENTENCEPIECE
/// SentencePiece adds up every pair of a piece that ends and a piece that begins at a position: few in texts, which
/// have 2 to 4 of each, but 1,296 in the run of `a`, where 6 kB take seconds. The growth says nothing of that.
std::optional<std::string> unsuited(const Problem& problem) {
  std::vector<std::uint32_t> lists(problem.text.size());
  problem.prepared->tables.automaton().match(problem.text, lists.data());
  std::size_t pieces = 0;  // with the padding of their lists
  for (const std::uint32_t list : lists) pieces += List{list}.groups() * Automaton::group;
  if (pieces > 16 * lists.size()) return "it adds up pairs of pieces, of which more than 100 meet at a byte";
  return unsuited_for_peer(problem);
}
#endif

std::vector<Row> variants() {
  std::vector<Row> rows;
  rows.push_back({.name = "reference",
                  .run =
                      [](const Problem& problem, Samples& samples, const Execution&) {
                        const Prepared& prepared = *problem.prepared;
                        one_by_one(problem, samples, [&](const Seed& seed, Tokens& tokens) {
                          const auto uniform = [&](std::size_t position) { return draw_uniform(seed, position); };
                          tokens = prepared.reference.sample(problem.text, prepared.sampler.alpha(), uniform);
                        });
                      },
                  .growth = slow});
  rows.push_back({.name = "one_by_one",
                  .run =
                      [](const Problem& problem, Samples& samples, const Execution& execution) {
                        one_by_one(problem, samples, [&](const Seed& seed, Tokens& tokens) {
                          sample(problem.prepared->sampler, problem.text, seed, tokens, execution);
                        });
                      },
                  .growth = fast});
  rows.push_back({.name = suite::scheduled("shared_simd"),
                  .run =
                      [](const Problem& problem, Samples& samples, const Execution& execution) {
                        samples_simd(problem.prepared->sampler, problem.text, problem.seed, samples, execution);
                      },
                  .growth = fast,
                  .work = least_work});
#ifdef TANDEM_PEER_SENTENCEPIECE
  const auto peer = [](const char* name, auto library, auto draw) {
    return Row{.name = name,
               .run =
                   [=](const Problem& problem, Samples& samples, const Execution&) {
                     const auto& tokeniser = (*problem.prepared).*library;
                     one_by_one(problem, samples, [&](const Seed&, Tokens& tokens) {
                       ((*tokeniser).*draw)(problem.text, problem.prepared->sampler.alpha(), tokens);
                     });
                   },
               .growth = {1, count * peer_sampling_growth.constant},
               .unsuited = unsuited,
               .fields = describe_by_peer};
  };
  rows.push_back(peer("peer_sentencepiece", &Prepared::peer, &SentencePiece::sample));
#ifdef TANDEM_PEER_SENTENCEPIECE_CORE
  rows.push_back(peer("peer_sentencepiece_core", &Prepared::peer_core, &SentencePieceCore::sample));
#endif
#endif
  return rows;
}

std::vector<suite::Workload<Problem>> smaller_workloads() {
  std::vector<suite::Workload<Problem>> all = workloads_quick_where_small(0.1);
  std::erase_if(all, [](const auto& workload) { return workload.size > 1e6 || workload.name == "random_bytes_6k"; });
  // What the definition can afford.
  const auto lines = std::ranges::find(all, "short_lines_6k", &suite::Workload<Problem>::name);
  all.insert(all.begin(), {.name = "short_lines_1k",
                           .size = 1000,
                           .fitted = false,
                           .quick = false,
                           .make = [make = lines->make](std::uint64_t seed) {
                             Problem problem = make(seed);
                             problem.text.resize(end_of_line(problem.text, 1000));
                             return problem;
                           }});
  return all;
}

const suite::Registered<Problem, Samples> registered(
    {.name = "unigram_samples",
     .summary = "32 segmentations of the same text drawn by their probability, alpha = 0.1",
     .source = "arXiv 1804.10959; kexue.fm 9768, 9811",
     .variants = variants(),
     .workloads = smaller_workloads(),
     .headlines = {{"short_lines_1k", "32 random splits of 1 kB"}},
     .problem = [](std::size_t size, std::uint64_t seed) { return random_problem(size / 8, seed, 1); },
     .hash = hash_of_problem,
     .fields = describe,
     .certificate = certificate});

}  // namespace
}  // namespace tandem::unigram
