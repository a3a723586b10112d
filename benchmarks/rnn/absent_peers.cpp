// Which libraries this build does not race, so that nobody takes a missing row for a lost race. (libtorch is there for
// those alone who ask for it, with -DTANDEM_TORCH=ON.)
#include "problems/support/absences.hpp"

namespace tandem::problems {
namespace {

const bool told = [] {
#ifndef TANDEM_PEER_ONEDNN
  add_absence(
      "peer_onednn: oneDNN was not found when the program was built; apt-get install libdnnl-dev and ci/bench bring "
      "it");
#endif
  return true;
}();

}  // namespace
}  // namespace tandem::problems
