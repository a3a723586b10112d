#include "problems/support/absences.hpp"

#include <algorithm>
#include <utility>

namespace tandem::problems {
namespace {

// A function's static, so that methods can say what they miss before main() in any order.
std::vector<std::string>& absent() {
  static std::vector<std::string> sentences;
  return sentences;
}

}  // namespace

const std::vector<std::string>& absences() { return absent(); }

void add_absence(std::string sentence) {
  if (std::ranges::find(absent(), sentence) == absent().end()) absent().push_back(std::move(sentence));
}

}  // namespace tandem::problems
