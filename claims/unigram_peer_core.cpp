// The same of the core of SentencePiece alone, without what its users pay for around it (impl/unigram/peers.hpp).
#ifdef TANDEM_PEER_SENTENCEPIECE_CORE

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "claims/claim.hpp"
#include "claims/unigram_support.hpp"

namespace tandem::claims {
namespace {

using namespace unigram;

Outcome against_core(bool full) {
  return on_texts(
      full,
      [](Own& own, int rounds) {
        Tokens tokens;
        return ratio([&] { own.problem.prepared->peer_core->encode(own.problem.text, tokens); }, own.decoding(),
                     rounds);
      },
      [](double value) { return value >= 3.5; });
}

Outcome sample_against_core(bool full) {
  return on_texts(
      full,
      [](Own& own, int rounds) {
        Tokens tokens;
        return ratio([&] { own.problem.prepared->peer_core->sample(own.problem.text, 0.1, tokens); }, own.sampling(),
                     rounds);
      },
      [](double value) { return value >= 14; });
}

Outcome samples_against_core(bool full) {
  return on_texts(
      full,
      [](Own& own, int) {
        const Problem part = beginning(own.problem);
        Own own_part(part);
        Tokens tokens;
        const Run peer = [&] {
          for (int i = 0; i < 32; ++i) part.prepared->peer_core->sample(part.text, 0.1, tokens);
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
    const std::vector<Run> runs = {[&] { problem.prepared->peer_core->sample(problem.text, 0.1, tokens); },
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
        const SentencePieceCore& peer = *own.problem.prepared->peer_core;
        return ratio([&] { peer.encode_lattice(own.problem.text, tokens); },
                     [&] { peer.encode(own.problem.text, tokens); }, rounds);
      },
      [](double value) { return value >= 2.1; });
}

std::vector<Claim> unigram_peer_core_claims() {
  const char* const own = "this project";
  return {
      cost_claim("C12a",
                 "SentencePiece's sampler adds up the same sums again for every piece that begins at a position: k^2 "
                 "instead of k where k pieces end and begin",
                 "SentencePiece, unigram_model.cc", "exponents at least 1.7 and at most 1.3", cost_by_pieces),
      cost_claim("C12b", "SentencePiece's optimised encoder is 2.1 times as fast as the one over its lattice",
                 "SentencePiece, unigram_model.h", "at least 2.1", optimised_encoder),
      cost_claim("T1", "Decoding is 3.5 times as fast as the core of SentencePiece's Encode", own, "at least 3.5",
                 against_core),
      cost_claim("T3", "One sample is 14 times as fast as the core of SentencePiece's SampleEncode", own, "at least 14",
                 sample_against_core),
      cost_claim("T5", "32 samples are 90 times as fast as 32 calls of that core", own, "at least 90",
                 samples_against_core)};
}

const Registered unigram_peer_core_registered(unigram_peer_core_claims());

}  // namespace
}  // namespace tandem::claims

#endif  // TANDEM_PEER_SENTENCEPIECE_CORE
