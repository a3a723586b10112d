// What the posts say of the cost of randomness, and the aims of this project against SentencePiece on the same
// vocabulary and text. Ratios are medians of rounds in which both sides run once; every text is read from memory and
// long enough to leave the caches cold.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <optional>

#include "benchmarks/suite/data.hpp"
#include "benchmarks/unigram_support.hpp"
#include "claims/claim.hpp"
#include "impl/unigram/unigram_files.hpp"

namespace tandem::claims {
namespace {

using namespace unigram;
using Run = std::function<void()>;

double seconds(const Run& run) {
  const auto start = std::chrono::steady_clock::now();
  run();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

struct Ratio {
  double low;
  double median;
  double high;
};

/// time(a) / time(b) with its quartiles.
Ratio ratio(const Run& a, const Run& b, int rounds) {
  std::vector<double> ratios;
  for (int round = 0; round < rounds; ++round) {
    const double first = seconds(a);
    ratios.push_back(first / seconds(b));
  }
  std::ranges::sort(ratios);
  return {ratios[ratios.size() / 4], ratios[ratios.size() / 2], ratios[ratios.size() * 3 / 4]};
}

std::string text_of(const Ratio& value) {
  return fmt::format("{:.2f} [{:.2f}, {:.2f}]", value.median, value.low, value.high);
}

/// The workload of that name, or nothing where its text is not there.
std::optional<Problem> problem_named(const std::string& name) {
  for (const auto& workload : workloads()) {
    if (workload.name == name) return workload.make(1);
  }
  return std::nullopt;
}

std::vector<std::string> text_names(bool full) {
  return full ? std::vector<std::string>{"bible_4041k", "chinese_802k"} : std::vector<std::string>{"english_117k"};
}

/// Own runs of a problem.
struct Own {
  explicit Own(const Problem& from) : problem(from), samples(32) {}

  Run decoding() {
    return [this] { decode(problem.prepared->tables, problem.text, tokens, {}); };
  }
  Run sampling() {
    return [this] { sample(problem.prepared->sampler, problem.text, {}, tokens, {}); };
  }
  Run sampling_32() {
    return [this] { samples_simd(problem.prepared->sampler, problem.text, {}, samples, {}); };
  }

  const Problem& problem;
  Tokens tokens;
  std::vector<Tokens> samples;
};

/// Measures one ratio on every text.
Outcome on_texts(bool full, const std::function<Ratio(Own&, int)>& measure, const std::function<bool(double)>& holds) {
  std::string figures;
  std::size_t held = 0;
  std::size_t texts = 0;
  for (const std::string& name : text_names(full)) {
    const std::optional<Problem> problem = problem_named(name);
    if (!problem) continue;
    Own own(*problem);
    const Ratio value = measure(own, full ? 7 : 9);
    figures += fmt::format("{}{}: {}", figures.empty() ? "" : "; ", name, text_of(value));
    held += holds(value.median) ? 1 : 0;
    ++texts;
  }
  if (texts == 0) return {"the texts are missing: ci/test fetches them", Verdict::not_testable};
  return {figures, held == texts ? Verdict::confirmed : held == 0 ? Verdict::refuted : Verdict::unstable};
}

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

#ifdef TANDEM_PEER_SENTENCEPIECE

Outcome peers_cost_of_randomness(bool full) {
  return on_texts(
      full,
      [](Own& own, int rounds) {
        Tokens tokens;
        return ratio([&] { own.problem.prepared->peer->sample(own.problem.text, 0.1, tokens); },
                     [&] { own.problem.prepared->peer->encode(own.problem.text, tokens); }, rounds);
      },
      [](double value) { return value >= 4; });
}

/// For the text's first 100 kB: of a long text it takes seconds.
Outcome peers_cost_of_64_best(bool full) {
  return on_texts(
      full,
      [](Own& own, int) {
        Problem part = own.problem;
        part.text.resize(end_of_line(part.text, std::min<std::size_t>(part.text.size(), 100'000) - 1));
        Tokens tokens;
        return ratio([&] { part.prepared->peer->sample_n_best(part.text, 64, 0.1, tokens); },
                     [&] { part.prepared->peer->encode(part.text, tokens); }, 5);
      },
      [](double value) { return value >= 4; });
}

Outcome against_core(bool full) {
  return on_texts(
      full,
      [](Own& own, int rounds) {
        Tokens tokens;
        return ratio([&] { own.problem.prepared->peer->encode_core(own.problem.text, tokens); }, own.decoding(),
                     rounds);
      },
      [](double value) { return value >= 3.5; });
}

Outcome against_encode(bool full) {
  return on_texts(
      full,
      [](Own& own, int rounds) {
        Tokens tokens;
        return ratio([&] { own.problem.prepared->peer->encode(own.problem.text, tokens); }, own.decoding(), rounds);
      },
      [](double value) { return value >= 10; });
}

Outcome sample_against_core(bool full) {
  return on_texts(
      full,
      [](Own& own, int rounds) {
        Tokens tokens;
        return ratio([&] { own.problem.prepared->peer->sample_core(own.problem.text, 0.1, tokens); }, own.sampling(),
                     rounds);
      },
      [](double value) { return value >= 14; });
}

/// 32 calls for the text's first 100 kB: a call for all of it would take a minute.
Outcome samples_against_core(bool full) {
  return on_texts(
      full,
      [](Own& own, int) {
        Problem part = own.problem;
        part.text.resize(end_of_line(part.text, std::min<std::size_t>(part.text.size(), 100'000) - 1));
        Own own_part(part);
        Tokens tokens;
        const Run peer = [&] {
          for (int i = 0; i < 32; ++i) part.prepared->peer->sample_core(part.text, 0.1, tokens);
        };
        return ratio(peer, own_part.sampling_32(), 3);
      },
      [](double value) { return value >= 90; });
}

/// Runs of one letter, with all pieces of up to k of it: at every position k pieces end and k begin.
Outcome cost_by_pieces(bool full) {
  const std::vector<std::size_t> counts = {8, 16, 32};
  std::vector<std::vector<double>> times(2);  // of the peer and of the own sampler, per byte
  for (const std::size_t k : counts) {
    std::vector<std::string> pieces;
    for (std::size_t size = 1; size <= k; ++size) pieces.emplace_back(size, 'a');
    pieces.emplace_back("\n");
    const Problem problem{.prepared = std::make_shared<const Prepared>(
                              make_vocabulary(std::move(pieces), std::vector<double>(k + 1, -3)), 0.1),
                          .text = [&] {
                            std::string text;
                            for (int line = 0; line < 10; ++line) text += std::string(200, 'a') + "\n";
                            return text;
                          }()};
    Own own(problem);
    Tokens tokens;
    const std::vector<Run> runs = {[&] { problem.prepared->peer->sample_core(problem.text, 0.1, tokens); },
                                   own.sampling()};
    for (std::size_t i = 0; i < runs.size(); ++i) {
      double least = seconds(runs[i]);
      for (int round = 1; round < (full ? 50 : 10); ++round) least = std::min(least, seconds(runs[i]));
      times[i].push_back(1e9 * least / static_cast<double>(problem.text.size()));
    }
  }
  const auto exponent = [&](const std::vector<double>& time) {
    return std::log(time.back() / time.front()) /
           std::log(static_cast<double>(counts.back()) / static_cast<double>(counts.front()));
  };
  const double peer = exponent(times[0]);
  const double own = exponent(times[1]);
  return {
      fmt::format("with 8, 16 and 32 pieces at every position SentencePiece takes {:.0f}, {:.0f} and {:.0f} ns a byte, "
                  "exponent {:.2f}; one sum per piece takes {:.0f}, {:.0f} and {:.0f} ns, exponent {:.2f}",
                  times[0][0], times[0][1], times[0][2], peer, times[1][0], times[1][1], times[1][2], own),
      confirmed_if(peer >= 1.7 && own <= 1.3)};
}

Outcome optimised_encoder(bool full) {
  return on_texts(
      full,
      [](Own& own, int rounds) {
        Tokens tokens;
        const SentencePiece& peer = *own.problem.prepared->peer;
        return ratio([&] { peer.encode_lattice(own.problem.text, tokens); },
                     [&] { peer.encode_core(own.problem.text, tokens); }, rounds);
      },
      [](double value) { return value >= 2.1; });
}

#endif

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

std::vector<Claim> claims() {
  std::vector<Claim> all;
  const auto add = [&all](const char* id, const char* statement, const char* source, const char* threshold,
                          Outcome (*experiment)(bool)) {
    all.push_back({.id = id,
                   .method = "unigram",
                   .statement = statement,
                   .source = source,
                   .threshold = threshold,
                   .quick_seconds = 2,
                   .full_seconds = 30,
                   .experiment = experiment});
  };
  const char* const own = "this project";
  add("C7a", "One sample at alpha = 0.1 costs at most 1.6 times what decoding costs (BytePiece's ratio is 1.43)",
      "kexue.fm 9768, the table's ratio", "at most 1.6", cost_of_randomness);
  add("C7c", "The first Viterbi sampling, which is biased, costs no less than one sample of the right law", own,
      "at least 1", cost_of_bias);
  add("C7d", "One of the 64 best segmentations costs no less than one of all", own, "at least 1", cost_of_64_best);
  add("C9", "The time to decode grows with the length of a line, up to 10 MB", own, "exponent 1 +- 0.03",
      linear_in_length);
  add("T4", "32 samples cost at most 4 times what one costs", own, "at most 4", cost_of_32);
  add("T6", "A vocabulary of 80,000 pieces is loaded in a second, into tables of 16 MB (BytePiece's where it is)", own,
      "at most 1 s and 16 MB", loading);
#ifdef TANDEM_PEER_SENTENCEPIECE
  add("C7b", "SentencePiece's SampleEncode at alpha = 0.1 costs over 4 times what Encode costs", "kexue.fm 9768",
      "at least 4", peers_cost_of_randomness);
  add("C7e", "SentencePiece's SampleEncode from the 64 best costs over 4 times what Encode costs", own, "at least 4",
      peers_cost_of_64_best);
  add("C12a",
      "SentencePiece's sampler adds up the same sums again for every piece that begins at a position: k^2 "
      "instead of k where k pieces end and begin",
      "SentencePiece, unigram_model.cc", "exponents at least 1.7 and at most 1.3", cost_by_pieces);
  add("C12b", "SentencePiece's optimised encoder is 2.1 times as fast as the one over its lattice",
      "SentencePiece, unigram_model.h", "at least 2.1", optimised_encoder);
  add("T1", "Decoding is 3.5 times as fast as the core of SentencePiece's Encode", own, "at least 3.5", against_core);
  add("T2", "Decoding is 10 times as fast as SentencePiece's Encode, both without normalisation", own, "at least 10",
      against_encode);
  add("T3", "One sample is 14 times as fast as the core of SentencePiece's SampleEncode", own, "at least 14",
      sample_against_core);
  add("T5", "32 samples are 90 times as fast as 32 calls of that core", own, "at least 90", samples_against_core);
#endif
  return all;
}

const Registered registered(claims());

}  // namespace
}  // namespace tandem::claims
