// unigram_samples: 32 segmentations of the same text, as data augmentation asks for.
#include <cmath>
#include <limits>

#include "benchmarks/unigram_support.hpp"
#include "impl/unigram/automaton.hpp"

namespace tandem::unigram {
namespace {

constexpr std::size_t count = 32;

struct Answers {
  std::vector<Tokens> samples;
  bool other_numbers = false;  ///< drawn with a peer's random numbers
};

void poison(const Problem& problem, Answers& answers) {
  answers.samples.resize(count);
  for (Tokens& tokens : answers.samples) {
    tokens.assign(1, std::numeric_limits<std::uint32_t>::max());
    tokens.reserve(problem.text.size());
  }
  answers.other_numbers = false;
}

// As in benchmarks/unigram_sample.cpp; for a peer the numbers of tokens of all samples are added up.
suite::Agreement compare(const Problem& problem, const Answers& expected, const Answers& actual) {
  if (actual.samples == expected.samples) return {};
  suite::Agreement agreement{.error = std::numeric_limits<double>::infinity(), .message = "a sample is missing"};
  if (actual.samples.size() != count) return agreement;
  double difference = 0;
  double all = 0;
  for (std::size_t i = 0; i < count; ++i) {
    agreement.message = "sample " + std::to_string(i) + ": " + first_difference(expected.samples[i], actual.samples[i]);
    const bool same = actual.samples[i] == expected.samples[i];
    if (!same && (!actual.other_numbers || not_the_text(problem, actual.samples[i]))) return agreement;
    difference += static_cast<double>(actual.samples[i].size()) - static_cast<double>(expected.samples[i].size());
    all += static_cast<double>(expected.samples[i].size());
  }
  agreement.error = std::abs(difference);
  agreement.tolerance = 6 * std::sqrt(2 * all);
  agreement.message = "another number of tokens than the law allows";
  return agreement;
}

std::optional<std::string> certificate(const Problem& problem, const Answers& answers) {
  for (const Tokens& tokens : answers.samples) {
    if (auto wrong = not_the_text(problem, tokens)) return wrong;
  }
  return std::nullopt;
}

using Row = suite::Variant<Problem, Answers>;

/// Calls draw(seed, tokens) for every sample.
template <class Draw>
void one_by_one(const Problem& problem, Answers& answers, Draw draw) {
  Seed seed = problem.seed;
  for (Tokens& tokens : answers.samples) {
    draw(seed, tokens);
    ++seed.sample;
  }
}

constexpr suite::Growth slow{1, count* slow_growth.constant};
constexpr suite::Growth fast{1, count* fast_growth.constant};

template <void (*run)(const Sampler&, std::string_view, const Seed&, std::vector<Tokens>&, const Execution&)>
Row row(const char* name) {
  return {.name = name,
          .run =
              [](const Problem& problem, Answers& answers, const Execution& execution) {
                run(problem.prepared->sampler, problem.text, problem.seed, answers.samples, execution);
              },
          .growth = fast};
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
                      [](const Problem& problem, Answers& answers, const Execution&) {
                        const Prepared& prepared = *problem.prepared;
                        one_by_one(problem, answers, [&](const Seed& seed, Tokens& tokens) {
                          const auto uniform = [&](std::size_t position) { return draw_uniform(seed, position); };
                          tokens = prepared.reference.sample(problem.text, prepared.sampler.alpha(), uniform);
                        });
                      },
                  .growth = slow});
  rows.push_back({.name = "one_by_one",
                  .run =
                      [](const Problem& problem, Answers& answers, const Execution& execution) {
                        one_by_one(problem, answers, [&](const Seed& seed, Tokens& tokens) {
                          sample(problem.prepared->sampler, problem.text, seed, tokens, execution);
                        });
                      },
                  .growth = fast});
  rows.push_back(row<samples_simd>("shared_simd"));
  rows.push_back(row<samples_simd_omp>("shared_simd_omp"));
  rows.push_back(row<samples_simd_tbb>("shared_simd_tbb"));
#ifdef TANDEM_PEER_SENTENCEPIECE
  const auto peer = [](const char* name, auto library, auto draw) {
    return Row{.name = name,
               .run =
                   [=](const Problem& problem, Answers& answers, const Execution&) {
                     const auto& tokeniser = (*problem.prepared).*library;
                     one_by_one(problem, answers, [&](const Seed&, Tokens& tokens) {
                       ((*tokeniser).*draw)(problem.text, problem.prepared->sampler.alpha(), tokens);
                     });
                     answers.other_numbers = true;
                   },
               .growth = {1, count * peer_sampling_growth.constant},
               .unsuited = unsuited};
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
  return all;
}

const suite::Registered<Problem, Answers> registered(
    {.name = "unigram_samples",
     .summary = "32 segmentations of the same text drawn by their probability, alpha = 0.1",
     .source = "arXiv 1804.10959; kexue.fm 9768, 9811",
     .variants = variants(),
     .workloads = smaller_workloads(),
     .problem = [](std::size_t size, std::uint64_t seed) { return random_problem(size / 8, seed, 1); },
     .hash = hash_of_problem,
     .poison = poison,
     .compare = compare,
     .certificate = certificate,
     .work = [](const Problem& problem, const Answers&) { return least_work(problem, count); }});

}  // namespace
}  // namespace tandem::unigram
