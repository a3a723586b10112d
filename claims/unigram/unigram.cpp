// What the posts and papers on unigram tokenisation say of the laws of samplers.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <ranges>

#include "benchmarks/suite/machine.hpp"
#include "claims/suite/claim.hpp"
#include "claims/unigram/support.hpp"

namespace tandem::claims {
namespace {

using namespace unigram;

using Law = std::map<Tokens, double>;

/// The law exp(alpha * score) / Z, by enumeration.
Law exact_law(const Vocabulary& vocabulary, std::string_view line, double alpha) {
  Law law;
  double sum = 0;
  for (const Segmentation& segmentation : enumerate(vocabulary, line)) {
    sum += law[segmentation.tokens] = std::exp(alpha * segmentation.score);
  }
  for (auto& [tokens, probability] : law) probability /= sum;
  return law;
}

/// The shares of `draws` calls of draw(number).
template <class Draw>
Law shares(std::uint64_t draws, Draw draw) {
  Law law;
  for (std::uint64_t i = 0; i < draws; ++i) law[draw(i)] += 1 / static_cast<double>(draws);
  return law;
}

/// All draws are lines of one text: what a call prepares takes as long as drawing thousands of them.
Law shares_of_first_sampler(const Vocabulary& vocabulary, std::string_view line, double alpha, std::uint64_t draws) {
  std::string text;
  for (std::uint64_t i = 0; i < draws; ++i) text.append(line).push_back('\n');
  Tokens all;
  sample_biased(Tables(std::make_shared<const Vocabulary>(vocabulary)), text, alpha, {}, all, {});
  auto next = all.begin();
  return shares(draws, [&](std::uint64_t) {
    const auto end =
        std::find_if(next, all.end(), [&](std::uint32_t token) { return vocabulary.pieces[token] == "\n"; });
    const Tokens tokens(next, end);
    next = end + 1;
    return tokens;
  });
}

double total_variation(const Law& exact, Law seen) {
  double sum = 0;
  for (const auto& [tokens, probability] : exact) sum += std::abs(probability - seen[tokens]);
  return sum / 2;
}

Vocabulary ten_pieces() {
  return make_vocabulary({"a", "b", "c", "d", "ab", "bc", "cd", "abc", "bcd", "abcd"},
                         {-3, -3.5, -2.5, -4, -4.5, -5, -3.75, -6, -5.5, -7});
}

Outcome decoding_is_best(bool full) {
  std::size_t wrong = 0;
  std::size_t lines = 0;
  for (std::uint64_t seed = 0; seed < (full ? 3000U : 300U); ++seed) {
    const Problem problem = random_problem(2 + seed % 5, seed, 1);
    const std::string_view line =
        std::string_view(problem.text).substr(0, std::min<std::size_t>(14, end_of_line(problem.text, 0)));
    Tokens tokens;
    decode(problem.prepared->tables, line, tokens, {});
    double best = -1e300;
    for (const Segmentation& one : enumerate(*problem.prepared->vocabulary, line)) best = std::max(best, one.score);
    wrong += score_of(*problem.prepared->vocabulary, tokens) == best ? 0 : 1;
    ++lines;
  }
  return {fmt::format("{} of {} lines below the best of all segmentations", wrong, lines), confirmed_if(wrong == 0),
          lines};
}

Outcome first_sampler_of_three(bool full) {
  const Vocabulary vocabulary =
      make_vocabulary({"w", "atching", "wat", "ching", "watch", "ing"}, {-1, -1, -1, -1, -1, -1});
  const std::uint64_t draws = full ? 1'000'000 : 100'000;
  Law seen = shares_of_first_sampler(vocabulary, "watching", 1, draws);
  const double one = seen[{0, 1}];
  const double two = seen[{2, 3}];
  const double three = seen[{4, 5}];
  const bool holds = std::abs(one - 0.25) < 0.01 && std::abs(two - 0.25) < 0.01 && std::abs(three - 0.5) < 0.01;
  return {fmt::format("w/atching {:.4f}, wat/ching {:.4f}, watch/ing {:.4f}", one, two, three), confirmed_if(holds),
          draws};
}

Outcome first_sampler_keeps_the_best(bool full) {
  const Vocabulary vocabulary =
      make_vocabulary({"w", "atching", "wat", "ching", "watch", "ing"}, {-0.95, -0.95, -1, -1, -1, -1});
  const std::uint64_t draws = full ? 1'000'000 : 100'000;
  Law seen = shares_of_first_sampler(vocabulary, "watching", 1, draws);
  Law exact = exact_law(vocabulary, "watching", 1);
  return {fmt::format("the best, w/atching, {:.4f} (exact law {:.4f}); watch/ing {:.4f}", seen[{0, 1}], exact[{0, 1}],
                      seen[{4, 5}]),
          confirmed_if(seen[{0, 1}] > seen[{4, 5}]), draws};
}

/// The share of every segmentation over its probability.
Series against(const Law& exact, const Law& seen, const std::string& name) {
  Series series{.name = name, .mark = Mark::points};
  for (const auto& [tokens, probability] : exact) {
    const auto drawn = seen.find(tokens);
    series.x.push_back(probability);
    series.y.push_back(drawn == seen.end() ? 0 : drawn->second);
  }
  return series;
}

Series diagonal_of(const Law& exact) {
  const auto [smallest, largest] = std::ranges::minmax(std::views::values(exact));
  return {.name = "equal", .x = {smallest, largest}, .y = {smallest, largest}};
}

Outcome perfect_sampling(bool full) {
  const auto vocabulary = std::make_shared<const Vocabulary>(ten_pieces());
  const std::string_view line = "abcdabcd";
  const std::uint64_t draws = full ? 2'000'000 : 200'000;
  std::string figures;
  std::vector<Picture> pictures;
  bool holds = true;
  for (const double alpha : {0.1, 1.0}) {
    const Law exact = exact_law(*vocabulary, line, alpha);
    const Sampler sampler(Tables(vocabulary), alpha);
    Tokens tokens;
    const Law seen = shares(draws, [&](std::uint64_t i) {
      sample(sampler, line, {.position = 8 * i}, tokens, {});
      return tokens;
    });
    const double perfect = total_variation(exact, seen);
    const Law seen_first = shares_of_first_sampler(*vocabulary, line, alpha, draws);
    const double first = total_variation(exact, seen_first);
    pictures.push_back({.title = fmt::format("All 64 splits of {} at alpha = {}", line, alpha),
                        .x = {"probability by the law exp(alpha score) / Z", true},
                        .y = {fmt::format("share of {} draws", draws), true},
                        .series = {diagonal_of(exact), against(exact, seen_first, "first sampler"),
                                   against(exact, seen, "perfect sampling")}});
    // The mean over cells of |seen - p| is at most sqrt(p / draws), and there are 64 of them.
    holds = holds && perfect < std::sqrt(64 / static_cast<double>(draws));
    figures += fmt::format("alpha {}: perfect {:.4f}, first sampler {:.3f}; ", alpha, perfect, first);
  }
  return {figures + fmt::format("noise below {:.4f}", std::sqrt(64 / static_cast<double>(draws))), confirmed_if(holds),
          2 * draws, pictures};
}

Outcome limits_of_alpha(bool) {
  const auto vocabulary = std::make_shared<const Vocabulary>(ten_pieces());
  const Tables tables(vocabulary);
  const std::string_view line = "abcdabcd";
  Expectation uniform;
  expect(Sampler(tables, 0), line, uniform, {});
  const double count = std::exp(uniform.log_sum);
  Tokens best;
  decode(tables, line, best, {});
  std::size_t others = 0;
  Tokens drawn;
  constexpr std::uint64_t draws = 1000;
  for (std::uint64_t i = 0; i < draws; ++i) {
    sample(Sampler(tables, 1000), line, {.position = 8 * i}, drawn, {});
    others += drawn == best ? 0 : 1;
  }
  return {fmt::format("alpha 0: {:.9g} equally likely segmentations of 64; alpha 1000: {} of {} samples are not the "
                      "best; negative alpha is refused",
                      count, others, draws),
          confirmed_if(std::abs(count - 64) < 1e-9 && others == 0), 1 + draws};
}

/// Pairs of segmentations of which the one with the lower score has the larger probability, by more than `noise` times
/// the root of both.
std::size_t reversed_pairs(const Law& law, const Vocabulary& vocabulary, double noise) {
  std::size_t reversed = 0;
  for (const auto& [better, larger] : law) {
    for (const auto& [worse, smaller] : law) {
      if (score_of(vocabulary, better) <= score_of(vocabulary, worse)) continue;
      reversed += smaller - larger > noise * std::sqrt(smaller + larger) + 1e-12 ? 1 : 0;
    }
  }
  return reversed;
}

/// The law that the perfect sampler's choices multiply to.
Law law_of_choices(const Vocabulary& vocabulary, std::string_view line, double alpha) {
  const Reference reference(vocabulary);
  const std::vector<Reference::LogSum> sums = reference.log_sums(reference.matches(line), alpha);
  Law law;
  for (const Segmentation& segmentation : enumerate(vocabulary, line)) {
    double probability = 1;
    std::size_t begin = 0;
    for (const std::uint32_t token : segmentation.tokens) {
      const std::size_t end = begin + vocabulary.pieces[token].size();
      probability *= std::exp(reference.log_share(sums, {.begin = begin, .token = token}, end, alpha));
      begin = end;
    }
    law[segmentation.tokens] = probability;
  }
  return law;
}

Outcome better_is_likelier(bool full) {
  const auto vocabulary = std::make_shared<const Vocabulary>(ten_pieces());
  const Tables tables(vocabulary);
  const std::string_view line = "abcdabcd";
  const std::uint64_t draws = full ? 2'000'000 : 200'000;
  std::string figures;
  std::size_t pairs = 0;
  bool holds = true;
  for (const double alpha : {0.1, 1.0}) {
    const Law choices = law_of_choices(*vocabulary, line, alpha);
    pairs += choices.size() * (choices.size() - 1) / 2;
    const std::size_t chosen = reversed_pairs(choices, *vocabulary, 0);
    const Sampler sampler(tables, alpha);
    Tokens tokens;
    const Law seen = shares(draws, [&](std::uint64_t i) {
      sample(sampler, line, {.position = 8 * i}, tokens, {});
      return tokens;
    });
    const double five_deviations = 5 / std::sqrt(static_cast<double>(draws));
    const std::size_t drawn = reversed_pairs(seen, *vocabulary, five_deviations);
    const std::size_t first = reversed_pairs(law_of_biased(Reference(*vocabulary), line, alpha), *vocabulary, 0);
    holds = holds && chosen == 0 && drawn == 0;
    figures += fmt::format(
        "alpha {}: {} pairs of segmentations in the wrong order by its choices, {} by {} draws beyond "
        "5 deviations (first sampler: {} of 2016 pairs); ",
        alpha, chosen, drawn, draws, first);
  }
  figures.resize(figures.size() - 2);
  return {figures, confirmed_if(holds), pairs};
}

std::vector<Claim> unigram_claims() {
  return {
      unigram_claim("C1", "Viterbi decoding gives the best of all segmentations", "kexue.fm 9752", "no line below it",
                    decoding_is_best),
      unigram_claim("C2", "The first Viterbi sampler gives three equal segmentations 1/4, 1/4 and 1/2", "kexue.fm 9811",
                    "within 0.01", first_sampler_of_three),
      unigram_claim("C3", "Under the first Viterbi sampler the best segmentation stays the most probable",
                    "kexue.fm 9768 (withdrawn in 9811)", "more probable than any other", first_sampler_keeps_the_best),
      unigram_claim("C4", "Perfect sampling draws from exp(alpha * score) / Z", "kexue.fm 9811",
                    "total variation over 64 segmentations within the noise", perfect_sampling),
      unigram_claim("C5", "alpha = 0 draws uniformly, alpha to infinity decodes", "kexue.fm 9768", "exactly",
                    limits_of_alpha),
      unigram_claim("C6", "The better a segmentation scores, the more probable it is under perfect sampling",
                    "kexue.fm 9811", "no pair of segmentations in the wrong order", better_is_likelier)};
}

const RegisteredClaims unigram_registered(unigram_claims());

}  // namespace
}  // namespace tandem::claims
