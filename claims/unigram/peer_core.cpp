// The same of the core of SentencePiece alone, without what its users pay for around it (impl/unigram/peers/peers.hpp).
#ifdef TANDEM_PEER_SENTENCEPIECE_CORE

#include <fmt/format.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "claims/suite/claim.hpp"
#include "claims/unigram/support.hpp"

namespace tandem::claims {
namespace {

using namespace unigram;

Outcome against_core(bool full) {
  return on_texts(full, at_least(3.5), [](Own& own, double budget) {
    Tokens tokens;
    return ratio([&] { own.problem.prepared->peer_core->encode(own.problem.text, tokens); }, own.decoding(), budget);
  });
}

Outcome sample_against_core(bool full) {
  return on_texts(full, at_least(14), [](Own& own, double budget) {
    Tokens tokens;
    return ratio([&] { own.problem.prepared->peer_core->sample(own.problem.text, 0.1, tokens); }, own.sampling(),
                 budget);
  });
}

Outcome samples_against_core(bool full) {
  return on_texts(full, at_least(90), [full](Own& own, double budget) {
    const Problem part = beginning(own.problem, full ? 100'000 : 16'000);
    Own own_part(part);
    Tokens tokens;
    const Run peer = [&] {
      for (int i = 0; i < 32; ++i) part.prepared->peer_core->sample(part.text, 0.1, tokens);
    };
    return ratio(peer, own_part.sampling_32(), budget);
  });
}

/// Runs of one letter, with all pieces of up to k of it: at every position k pieces end and k begin.
Problem runs_of_one_letter(std::size_t k) {
  std::vector<std::string> pieces;
  for (std::size_t size = 1; size <= k; ++size) pieces.emplace_back(size, 'a');
  pieces.emplace_back("\n");
  std::string text;
  for (int line = 0; line < 10; ++line) text += std::string(200, 'a') + "\n";
  return {.prepared =
              std::make_shared<const Prepared>(make_vocabulary(std::move(pieces), std::vector<double>(k + 1, -3)), 0.1),
          .text = std::move(text)};
}

Outcome cost_by_pieces(bool full) {
  const std::vector<std::size_t> counts = {8, 16, 32};
  std::vector<Problem> problems;
  for (const std::size_t k : counts) problems.push_back(runs_of_one_letter(k));
  std::vector<Own> owns(problems.begin(), problems.end());
  Tokens tokens;
  std::vector<Run> runs;
  for (const Problem& problem : problems) {
    runs.push_back([&] { problem.prepared->peer_core->sample(problem.text, 0.1, tokens); });
  }
  for (Own& own : owns) runs.push_back(own.sampling());
  const Turns turns = take_turns(runs, 2 * budget_seconds(full));

  std::vector<double> times;  // ns a byte
  for (std::size_t run = 0; run < runs.size(); ++run) {
    times.push_back(1e9 * turns.seconds(run).estimate / static_cast<double>(problems[0].text.size()));
  }
  const double growth = static_cast<double>(counts.back()) / static_cast<double>(counts.front());
  const Figure peer = exponent(turns.ratio(2, 0), growth);
  const Figure own = exponent(turns.ratio(5, 3), growth);
  return {
      fmt::format("with 8, 16 and 32 pieces at every position SentencePiece takes {:.0f}, {:.0f} and {:.0f} ns a byte, "
                  "exponent {}; one sum per piece takes {:.0f}, {:.0f} and {:.0f} ns, exponent {}",
                  times[0], times[1], times[2], text_of(peer), times[3], times[4], times[5], text_of(own)),
      together({decide(peer, at_least(1.7)), decide(own, at_most(1.3))}), counts.size()};
}

Outcome optimised_encoder(bool full) {
  return on_texts(full, at_least(2.1), [](Own& own, double budget) {
    Tokens tokens;
    const SentencePieceCore& peer = *own.problem.prepared->peer_core;
    return ratio([&] { peer.encode_lattice(own.problem.text, tokens); }, [&] { peer.encode(own.problem.text, tokens); },
                 budget);
  });
}

std::vector<Claim> unigram_peer_core_claims() {
  return {
      cost_claim("C12a",
                 "SentencePiece's sampler adds up the same sums again for every piece that begins at a position: k^2 "
                 "instead of k where k pieces end and begin",
                 "SentencePiece, unigram_model.cc", "exponents at least 1.7 and at most 1.3", cost_by_pieces),
      cost_claim("C12b", "SentencePiece's optimised encoder is 2.1 times as fast as the one over its lattice",
                 "SentencePiece, unigram_model.h", "at least 2.1", optimised_encoder),
      cost_claim("T1", "Decoding is 3.5 times as fast as the core of SentencePiece's Encode", of_this_project,
                 "at least 3.5", against_core),
      cost_claim("T3", "One sample is 14 times as fast as the core of SentencePiece's SampleEncode", of_this_project,
                 "at least 14", sample_against_core),
      cost_claim("T5", "32 samples are 90 times as fast as 32 calls of that core", of_this_project, "at least 90",
                 samples_against_core)};
}

const RegisteredClaims unigram_peer_core_registered(unigram_peer_core_claims());

}  // namespace
}  // namespace tandem::claims

#endif  // TANDEM_PEER_SENTENCEPIECE_CORE
