// What is said of SentencePiece, and the aims of this project against it on the same vocabulary and text.
#ifdef TANDEM_PEER_SENTENCEPIECE

#include "claims/claim.hpp"
#include "claims/unigram_support.hpp"

namespace tandem::claims {
namespace {

using namespace unigram;

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

Outcome peers_cost_of_64_best(bool full) {
  return on_texts(
      full,
      [](Own& own, int) {
        const Problem part = beginning(own.problem);
        Tokens tokens;
        return ratio([&] { part.prepared->peer->sample_n_best(part.text, 64, 0.1, tokens); },
                     [&] { part.prepared->peer->encode(part.text, tokens); }, 5);
      },
      [](double value) { return value >= 4; });
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

std::vector<Claim> unigram_peer_claims() {
  const char* const own = "this project";
  return {cost_claim("C7b", "SentencePiece's SampleEncode at alpha = 0.1 costs over 4 times what Encode costs",
                     "kexue.fm 9768", "at least 4", peers_cost_of_randomness),
          cost_claim("C7e", "SentencePiece's SampleEncode from the 64 best costs over 4 times what Encode costs", own,
                     "at least 4", peers_cost_of_64_best),
          cost_claim("T2", "Decoding is 10 times as fast as SentencePiece's Encode, both without normalisation", own,
                     "at least 10", against_encode)};
}

const Registered unigram_peer_registered(unigram_peer_claims());

}  // namespace
}  // namespace tandem::claims

#endif  // TANDEM_PEER_SENTENCEPIECE
