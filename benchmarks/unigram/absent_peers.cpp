// Which libraries this build does not race, so that nobody takes a missing row for a lost race.
#include "problems/support/absences.hpp"

namespace tandem::problems {
namespace {

const bool told = [] {
#ifndef TANDEM_PEER_SENTENCEPIECE
  add_absence(
      "peer_sentencepiece: SentencePiece was not found when the program was built; apt-get install "
      "libsentencepiece-dev "
      "libabsl-dev and ci/bench bring it");
#endif
#ifndef TANDEM_PEER_SENTENCEPIECE_CORE
  add_absence(
      "peer_sentencepiece_core, and the claims about it: the inside of SentencePiece is known of version 0.1.97 alone, "
      "which Debian 12 has");
#endif
  return true;
}();

}  // namespace
}  // namespace tandem::problems
