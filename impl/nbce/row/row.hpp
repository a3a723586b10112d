// What the passes over a row find out, and the row as the later steps see it.
#pragma once

#include <cfloat>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

#include "impl/nbce/row/selection.hpp"
#include "reference/nbce/nbce.hpp"

namespace tandem::nbce {

/// Rows from this length on are looked at through a sample first.
inline constexpr std::size_t long_row = 8192;

/// What masses are relative to, near the greatest logit: a whole number divided by log2e, so that
/// e^(logit - anchor) = 2^(logit log2e - whole). (A base that is not quite e stretches distances by 1e-8.)
struct Anchor {
  static constexpr float log2e = 1.44269504F;
  float whole = 0;
  float lowest = 0;   ///< the logit whose mass is 2^-110, and the least that is told apart
  float nearest = 0;  ///< the float next to the anchor,
  float offset = 0;   ///< and nearest log2e - whole

  explicit Anchor(float logit = 0)
      : whole(std::nearbyint(logit * log2e)),
        lowest((whole - 110) / log2e),
        nearest(whole / log2e),
        offset(static_cast<float>(double{nearest} * double{log2e} - double{whole})) {}
  double value() const { return static_cast<double>(whole) / static_cast<double>(log2e); }
};

/// Sums over the tokens of a row, or over some of them.
struct Sums {
  double mass = 0;    ///< e^(logit - anchor)
  double moment = 0;  ///< e^(logit - anchor) (logit - anchor)
};

/// Logits that were picked from a row. There is room for 64 numbers more than the row has.
struct Found {
  float* logits = nullptr;
  float* masses = nullptr;
  std::uint32_t* places = nullptr;
  std::size_t count = 0;

  Weighted weighted() const { return {{logits, count}, {masses, count}}; }
};

/// A row in float: steps 1 to 3 as far as float tells.
struct Summary {
  float maximum = 0;
  double log_mass = 0;  ///< log sum e^(logit - maximum)
  double entropy = 0;
  float threshold = 0;        ///< the last kept logit
  std::size_t ties = 0;       ///< how many there are of it
  std::size_t ties_kept = 0;  ///< and of these the first
  bool valid = true;          ///< no NaN, no +inf, something finite
  bool settled = false;       ///< looked at in double
  std::size_t last_tied = 0;  ///< where it was: kept up to this id
  bool sure = true;           ///< the cut is beyond the rounding of float; else it is surely between these logits:
  float low = 0;
  float high = 0;
  float head = 0;       ///< above it are a few tokens, as a rule the likely ones
  double in_doubt = 0;  ///< of the entropy, because of the cut
};

/// A row as steps 4 and 5 read it.
template <class Logit>
struct RowView {
  const Logit* logits = nullptr;
  float maximum = 0;
  float log_mass = 0;
  float threshold = 0;        ///< kept: logits above it, those equal to it
  std::size_t last_tied = 0;  ///< up to this id
};

/// Float sums of masses are right to within this share: an exponential is off by 1e-8 for each unit of the distance to
/// the maximum (16 matter), by 4e-8 for the rest that is its argument, and by 3e-7 for the polynomial; 20 additions
/// follow in one lane, of at most 6e-8 each, before the sum goes on in double.
inline constexpr double mass_rounding = 1.7e-6;

/// Shares by two orders of summation in double: 2^-53 for each of at most 2^19 tokens.
inline constexpr double exact_rounding = 1e-10;

/// Entropies as the passes give them are off by less: mass_rounding of a term of at most 12, or a token on the wrong
/// side of the cut.
inline constexpr double entropy_rounding = 2e-4;

/// Calls body(begin, end, least) for the one or two parts of [begin, end) in which exactly the logits of at least
/// `least` are kept.
template <class Logit, class Body>
void for_each_part(const RowView<Logit>& row, std::size_t begin, std::size_t end, Body&& body) {
  const std::size_t tied_end = row.last_tied + 1;
  if (begin < tied_end) body(begin, end < tied_end ? end : tied_end, row.threshold);
  if (end > tied_end) body(begin < tied_end ? tied_end : begin, end, std::nextafter(row.threshold, INFINITY));
}

/// The entropy of the kept tokens, from sums relative to an anchor: of all tokens, and of those.
inline double entropy_of(double all_mass, const Sums& kept, bool renormalise) {
  const double norm = renormalise ? kept.mass : all_mass;
  return (kept.mass * std::log(norm) - kept.moment) / norm;
}

/// Memory to be set to -inf part by part, while the processor has other work than waiting for memory.
class Meanwhile {
 public:
  explicit Meanwhile(std::span<float> impossible) : rest_(impossible) {}

  /// Parts are to be at most this many, each of whole lines of a cache.
  void divide(std::size_t parts) { part_ = (rest_.size() / parts / line + 1) * line; }
  /// The next part, empty when no whole one is left.
  std::span<float> next() {
    const std::span<float> part = rest_.first(part_ <= rest_.size() ? part_ : 0);
    rest_ = rest_.subspan(part.size());
    return part;
  }
  std::span<float> rest() const { return rest_; }

 private:
  static constexpr std::size_t line = 16;

  std::span<float> rest_;
  std::size_t part_ = 0;
};

/// Steps 1 to 3 in float: one pass where the likeliest half per cent of the tokens reach top-p, else two. `impossible`,
/// any part of what is merged afterwards, is set to -inf meanwhile.
template <class Logit>
Summary summarise(std::span<const Logit> logits, const Settings& settings, std::span<float> impossible);

/// The same more exactly, given what float knows; `kept` is not counted. Where doubles leave a doubt, too: read_row.
template <class Logit>
Row exact_row(std::span<const Logit> logits, const Summary& summary, const Settings& settings);

/// The id of the last of the first `kept` logits that equal the threshold.
template <class Logit>
std::size_t last_tied(std::span<const Logit> logits, float threshold, std::size_t kept);

}  // namespace tandem::nbce
