// Steps 1 to 3 for one row.
#include <algorithm>
#include <array>
#include <cfloat>
#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include "impl/nbce/row/row.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "impl/nbce/row/row_simd.cpp"
#include <hwy/foreach_target.h>  // before highway.h
#include <hwy/highway.h>

#include "impl/nbce/row/exact-inl.hpp"
#include "impl/nbce/row/row-inl.hpp"
#include "impl/nbce/row/selection-inl.hpp"

// Once for all targets: what is not worth a vector.
#ifndef TANDEM_NBCE_ROW_SIMD_CPP
#define TANDEM_NBCE_ROW_SIMD_CPP
namespace tandem::nbce {
namespace {

constexpr std::size_t sample_group = 16;

/// Calls use(first) for the places of groups of 16 logits spread over a long row, not quite evenly: a pattern in the
/// row must not meet one of the sample.
template <class Use>
void for_each_group(std::size_t row_size, std::size_t groups, Use use) {
  const std::size_t stride = row_size / groups;
  for (std::size_t group = 0; group < groups; ++group) {
    use(group * stride + (group * 0x9e3779b97f4a7c15U >> 32) % (stride - sample_group + 1));
  }
}

struct Bracket {
  float low;
  float high;
};
constexpr Bracket everything{-FLT_MAX, FLT_MAX};

}  // namespace
}  // namespace tandem::nbce
#endif

HWY_BEFORE_NAMESPACE();
namespace tandem::nbce::HWY_NAMESPACE {

/// The greatest of 1024 logits, and the fourth or so: some 4 / 1024 of the row exceed it.
struct Peek {
  float top;
  float head;
};

template <class Logit>
Peek peek(std::span<const Logit> row) {
  const hn::CappedTag<float, sample_group> d;
  auto first = hn::Set(d, -std::numeric_limits<float>::infinity());
  auto second = first;
  for_each_group(row.size(), 64, [&](std::size_t place) HWY_ATTR {
    hwy::Prefetch(row.data() + row.size() + place);  // as a rule of the next row
    for (std::size_t i = 0; i < sample_group; i += hn::Lanes(d)) {
      const auto logit = load(d, row.data() + place + i);
      second = hn::Max(second, hn::Min(first, logit));
      first = hn::Max(first, logit);
    }
  });
  std::array<float, 2 * sample_group> greatest;
  greatest.fill(-std::numeric_limits<float>::infinity());
  hn::StoreU(first, d, greatest.data());
  hn::StoreU(second, d, greatest.data() + hn::Lanes(d));
  std::ranges::replace_if(
      greatest, [](float value) { return std::isnan(value); }, -FLT_MAX);
  std::ranges::partial_sort(greatest, greatest.begin() + 4, std::greater<>());
  return {greatest[0], std::isfinite(greatest[3]) ? greatest[3] : greatest[0]};
}

template <class Logit>
class RowReader {
 public:
  RowReader(std::span<const Logit> logits, const Settings& settings, Meanwhile& meanwhile)
      : logits_(logits), settings_(settings), meanwhile_(meanwhile), found_(found_of(logits.size())) {}

  Summary read() {
    float top = -std::numeric_limits<float>::infinity();
    float head = top;
    if (logits_.size() >= long_row) {
      const Peek peeked = peek(logits_);
      top = peeked.top;
      head = settings_.top_p == 1 ? peeked.top : peeked.head;
    }
    if (!std::isfinite(top)) top = maximum();
    if (!std::isfinite(top)) return refused();
    for (;;) {
      if (std::abs(top) > largest_anchor) return defined();
      anchor_ = Anchor(top);
      all_ = settings_.top_p == 1
                 ? sum_all<Part::all_with_moment>(logits_.data(), logits_.size(), anchor_, head, found_, meanwhile_)
                 : sum_all<Part::all>(logits_.data(), logits_.size(), anchor_, head, found_, meanwhile_);
      summary_.maximum = summary_.head = head;
      for (std::size_t i = 0; i < found_.count; ++i) summary_.maximum = std::max(summary_.maximum, found_.logits[i]);
      if (!std::isfinite(summary_.maximum)) return refused();
      if (summary_.maximum - anchor_.value() <= 60) break;  // 2^128 overflows
      top = summary_.maximum;
    }
    if (std::isnan(all_.mass)) return refused();
    summary_.log_mass = std::log(all_.mass) + (anchor_.value() - static_cast<double>(summary_.maximum));
    if (settings_.top_p == 1) {
      summary_.threshold = summary_.low = summary_.high = -FLT_MAX;
      summary_.entropy = entropy_of(all_.mass, all_, false);
    } else {
      cut(head);
    }
    return summary_;
  }

 private:
  Summary& refused() {
    summary_.valid = false;
    return summary_;
  }

  /// Logits so large that float has no digits left for what matters.
  Summary& defined() {
    for (const Logit logit : logits_) {
      if (std::isnan(static_cast<float>(logit)) || static_cast<float>(logit) > FLT_MAX) return refused();
    }
    const Row row = read_row(logits_, settings_);
    summary_.maximum = maximum();
    summary_.log_mass = row.log_sum - static_cast<double>(summary_.maximum);
    summary_.entropy = row.entropy;
    summary_.threshold = static_cast<float>(row.threshold);
    summary_.last_tied = row.last_tied;
    summary_.settled = true;
    return summary_;
  }

  float maximum() const {
    float maximum = -std::numeric_limits<float>::infinity();
    for (const float logit : logits_) maximum = std::max(maximum, logit);  // passes over NaN, which sum_all finds
    return maximum;
  }

  void cut(float head) {
    const double needed = settings_.top_p * all_.mass;
    const double rounding = mass_rounding * all_.mass;
    Sums above;
    const double head_mass = weigh(found_, anchor_);
    if (head > -FLT_MAX && head_mass < needed + rounding) {
      above = look_in(expected_bracket(head, (needed - head_mass) / (all_.mass - head_mass)));
      const double mass = weigh(found_, anchor_);
      if (above.mass >= needed - rounding || above.mass + mass < needed + rounding) {
        above = look_in(everything);
        weigh(found_, anchor_);
      }
    }
    const Cut cut = cut_by_mass(found_.weighted(), above.mass, needed);
    summary_.threshold = summary_.low = summary_.high = cut.threshold;
    summary_.ties = cut.ties;
    summary_.ties_kept = cut.ties_kept;
    const bool first = cut.before == 0;
    summary_.sure = (first || cut.before < needed - rounding) &&
                    (cut.after >= needed + rounding || (first && settings_.top_p == 0));
    if (!summary_.sure) {
      summary_.high = cut_by_mass(found_.weighted(), above.mass, needed - rounding).threshold;
      summary_.low = cut_by_mass(found_.weighted(), above.mass, needed + rounding).threshold;
    }
    const double distance = static_cast<double>(cut.threshold) - anchor_.value();
    const double mass_of_one = cut.after - cut.before;
    const double tie_mass = mass_of_one * static_cast<double>(cut.ties_kept);
    const Sums inside = sum_found(found_, anchor_, cut.threshold);
    const Sums kept{.mass = above.mass + inside.mass + tie_mass,
                    .moment = above.moment + inside.moment + tie_mass * distance};
    summary_.entropy = entropy_of(all_.mass, kept, settings_.renormalise);
    summary_.in_doubt = summary_.sure ? 0 : (mass_of_one + 2 * rounding) / all_.mass * (std::log(all_.mass) - distance);
  }

  /// Where a sample expects the part `share` of the mass not above `head` to end, give or take three standard
  /// deviations. Nothing that is answered depends on it.
  Bracket expected_bracket(float head, double share) {
    found_.count = 0;
    for_each_group(logits_.size(), 256, [&](std::size_t place) {
      for (std::size_t i = 0; i < sample_group; ++i) {
        const float logit = logits_[place + i];
        found_.logits[found_.count] = logit;
        found_.count += logit <= head && logit >= -FLT_MAX ? 1 : 0;
      }
    });
    if (found_.count == 0) return everything;
    const double mass = weigh(found_, anchor_);
    double squares = 0;
    for (std::size_t i = 0; i < found_.count; ++i) squares += static_cast<double>(found_.masses[i]) * found_.masses[i];
    const double margin = 3 * std::sqrt(std::max(share * (1 - share), 1e-4) * squares);
    Bracket bracket{-FLT_MAX, head};
    const Weighted sample = found_.weighted();
    if (share * mass > margin) bracket.high = cut_by_mass(sample, 0, share * mass - margin).threshold;
    if (share * mass + margin < mass) bracket.low = cut_by_mass(sample, 0, share * mass + margin).threshold;
    return bracket;
  }

  Sums look_in(Bracket bracket) {
    return sum_above(logits_.data(), logits_.size(), anchor_, bracket.low, bracket.high, found_);
  }

  /// logit log2e must be less than 2^19 for its nearest multiple of 1/32 to be a float.
  static constexpr float largest_anchor = 3e5F;

  std::span<const Logit> logits_;
  const Settings& settings_;
  Meanwhile& meanwhile_;
  Found found_;
  Anchor anchor_;
  Sums all_;
  Summary summary_;
};

template <class Logit>
Summary summary(std::span<const Logit> logits, const Settings& settings, std::span<float> impossible) {
  Meanwhile meanwhile(impossible);
  const Summary row = RowReader<Logit>(logits, settings, meanwhile).read();
  std::ranges::fill(meanwhile.rest(), -std::numeric_limits<float>::infinity());
  return row;
}
Summary summary_float(std::span<const float> logits, const Settings& settings, std::span<float> impossible) {
  return summary(logits, settings, impossible);
}
Summary summary_bfloat16(std::span<const Bfloat16> logits, const Settings& settings, std::span<float> impossible) {
  return summary(logits, settings, impossible);
}

template <class Logit>
std::optional<Row> exact(std::span<const Logit> logits, const Summary& summary, const Settings& settings) {
  if (summary.low > summary.head) {
    if (auto row = row_of(head_sums(logits, summary), summary, settings)) return row;
  }
  return row_of(exact_sums(logits, summary), summary, settings);
}
std::optional<Row> exact_float(std::span<const float> logits, const Summary& summary, const Settings& settings) {
  return exact(logits, summary, settings);
}
std::optional<Row> exact_bfloat16(std::span<const Bfloat16> logits, const Summary& summary, const Settings& settings) {
  return exact(logits, summary, settings);
}

}  // namespace tandem::nbce::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tandem::nbce {

HWY_EXPORT(summary_float);
HWY_EXPORT(summary_bfloat16);
HWY_EXPORT(exact_float);
HWY_EXPORT(exact_bfloat16);

template <>
Summary summarise(std::span<const float> logits, const Settings& settings, std::span<float> impossible) {
  return HWY_DYNAMIC_DISPATCH(summary_float)(logits, settings, impossible);
}
template <>
Summary summarise(std::span<const Bfloat16> logits, const Settings& settings, std::span<float> impossible) {
  return HWY_DYNAMIC_DISPATCH(summary_bfloat16)(logits, settings, impossible);
}
template <>
Row exact_row(std::span<const float> logits, const Summary& summary, const Settings& settings) {
  const auto row = HWY_DYNAMIC_DISPATCH(exact_float)(logits, summary, settings);
  return row ? *row : read_row(logits, settings);
}
template <>
Row exact_row(std::span<const Bfloat16> logits, const Summary& summary, const Settings& settings) {
  const auto row = HWY_DYNAMIC_DISPATCH(exact_bfloat16)(logits, summary, settings);
  return row ? *row : read_row(logits, settings);
}
}  // namespace tandem::nbce
#endif  // HWY_ONCE
