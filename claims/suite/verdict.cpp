#include "claims/suite/verdict.hpp"

#include <algorithm>
#include <stdexcept>

namespace tandem::claims {

std::string to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::confirmed:
      return "confirmed";
    case Verdict::refuted:
      return "refuted";
    case Verdict::unstable:
      return "unstable";
    case Verdict::undecided:
      return "undecided here";
    case Verdict::not_testable:
      return "not testable here";
  }
  throw std::logic_error("a verdict without a word");
}

Verdict decide(const suite::Interval& figure, const Allowed& allowed) {
  if (figure.low >= allowed.least && figure.high <= allowed.most) return Verdict::confirmed;
  if (figure.high < allowed.least || figure.low > allowed.most) return Verdict::refuted;
  return Verdict::undecided;
}

Verdict together(const std::vector<Verdict>& verdicts) {
  const auto has = [&](Verdict verdict) { return std::ranges::count(verdicts, verdict) != 0; };
  if (has(Verdict::unstable) || (has(Verdict::confirmed) && has(Verdict::refuted))) return Verdict::unstable;
  for (const Verdict verdict : {Verdict::undecided, Verdict::confirmed, Verdict::refuted}) {
    if (has(verdict)) return verdict;
  }
  return Verdict::not_testable;
}

}  // namespace tandem::claims
