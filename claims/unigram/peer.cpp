// What is said of SentencePiece, and the targets of this project against it on the same vocabulary and text.
#ifdef TANDEM_PEER_SENTENCEPIECE

#include "claims/suite/claim.hpp"
#include "claims/unigram/support.hpp"

namespace tandem::claims {
namespace {

using namespace unigram;

Outcome peers_cost_of_randomness(bool full) {
  return on_texts(full, at_least(4), [](Own& own, double budget) {
    Tokens tokens;
    return ratio([&] { own.problem.prepared->peer->sample(own.problem.text, 0.1, tokens); },
                 [&] { own.problem.prepared->peer->encode(own.problem.text, tokens); }, budget);
  });
}

Outcome peers_cost_of_64_best(bool full) {
  return on_texts(full, at_least(4), [](Own& own, double budget) {
    const Problem part = beginning(own.problem, 100'000);
    Tokens tokens;
    return ratio([&] { part.prepared->peer->sample_n_best(part.text, 64, 0.1, tokens); },
                 [&] { part.prepared->peer->encode(part.text, tokens); }, budget);
  });
}

Outcome against_encode(bool full) {
  return on_texts(full, at_least(10), [](Own& own, double budget) {
    Tokens tokens;
    return ratio([&] { own.problem.prepared->peer->encode(own.problem.text, tokens); }, own.decoding(), budget);
  });
}

std::vector<Claim> unigram_peer_claims() {
  return {cost_claim("C7b", "SentencePiece's SampleEncode at alpha = 0.1 costs over 4 times what Encode costs",
                     "kexue.fm 9768", "at least 4", peers_cost_of_randomness),
          cost_claim("C7e", "SentencePiece's SampleEncode from the 64 best costs over 4 times what Encode costs",
                     of_this_project, "at least 4", peers_cost_of_64_best),
          cost_claim("T2", "Decoding is 10 times as fast as SentencePiece's Encode, both without normalisation",
                     of_this_project, "at least 10", against_encode)};
}

const RegisteredClaims unigram_peer_registered(unigram_peer_claims());

}  // namespace
}  // namespace tandem::claims

#endif  // TANDEM_PEER_SENTENCEPIECE
