// Steps 1 to 3 for one row.
#include <algorithm>
#include <array>
#include <cfloat>
#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include "impl/nbce/row.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "impl/nbce/row_simd.cpp"
#include <hwy/foreach_target.h>  // before highway.h
#include <hwy/highway.h>

#include "impl/nbce/row-inl.hpp"
#include "impl/nbce/row_exact-inl.hpp"
#include "impl/nbce/selection-inl.hpp"

// Once for all targets: what is not worth a vector.
#ifndef TANDEM_NBCE_ROW_SIMD_CPP
#define TANDEM_NBCE_ROW_SIMD_CPP
namespace tandem::nbce {
namespace {

/// Rows from this length on are looked at through a sample first.
constexpr std::size_t long_row = 8192;

/// Calls use(logit) for groups of 8 logits spread over a long row, not quite evenly: a pattern in the row must not meet
/// one of the sample.
template <class Logit, class Use>
void for_each_in_sample(std::span<const Logit> row, std::size_t groups, Use use) {
  constexpr std::size_t group_size = 8;
  const std::size_t stride = row.size() / groups;
  for (std::size_t group = 0; group < groups; ++group) {
    const std::size_t shift = (group * 0x9e3779b97f4a7c15U >> 32) % (stride - group_size + 1);
    for (std::size_t i = 0; i < group_size; ++i) use(static_cast<float>(row[group * stride + shift + i]));
  }
}

/// The greatest of 1024 logits, descending. Some 6 / 1024 of the row exceed the last of them.
using Greatest = std::array<float, 6>;

template <class Logit>
Greatest peek(std::span<const Logit> row) {
  Greatest greatest;
  greatest.fill(-std::numeric_limits<float>::infinity());
  for_each_in_sample(row, 128, [&](float logit) {
    if (!(logit > greatest.back())) return;
    greatest.back() = logit;
    std::ranges::sort(greatest, std::greater<>());
  });
  return greatest;
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

/// The candidates' sums above the threshold.
Sums candidate_sums(const Weighted& candidates, float anchor, float threshold) {
  const hn::ScalableTag<float> full;
  auto mass = hn::Zero(full);
  auto moment = hn::Zero(full);
  Sums sums;
  for_each_vector(candidates.logits.size(), [&](auto d, std::size_t i) HWY_ATTR {
    const auto logit = hn::LoadU(d, candidates.logits.data() + i);
    const auto above = hn::Gt(logit, hn::Set(d, threshold));
    const auto e = hn::IfThenElseZero(above, hn::LoadU(d, candidates.masses.data() + i));
    const auto distance = hn::IfThenElseZero(above, hn::Sub(logit, hn::Set(d, anchor)));
    if constexpr (std::is_same_v<decltype(d), hn::ScalableTag<float>>) {
      mass = hn::Add(mass, e);
      moment = hn::MulAdd(e, distance, moment);
    } else {
      sums.mass += static_cast<double>(hn::GetLane(e));
      sums.moment += static_cast<double>(hn::GetLane(e)) * static_cast<double>(hn::GetLane(distance));
    }
  });
  sums.mass += static_cast<double>(hn::GetLane(hn::SumOfLanes(full, mass)));
  sums.moment += static_cast<double>(hn::GetLane(hn::SumOfLanes(full, moment)));
  return sums;
}

template <class Logit>
class RowReader {
 public:
  RowReader(std::span<const Logit> logits, const Settings& settings)
      : logits_(logits), settings_(settings), found_(buffer(0)), masses_(buffer(1)) {}

  Summary read() {
    float head = -std::numeric_limits<float>::infinity();
    if (logits_.size() >= long_row) {
      const Greatest greatest = peek(logits_);
      anchor_ = greatest.front();
      head = settings_.top_p == 1 ? greatest.front() : greatest.back();
    }
    if (!std::isfinite(anchor_)) anchor_ = maximum();
    if (!std::isfinite(anchor_)) return refused();
    add_all(head);
    summary_.maximum = head;
    for (std::size_t i = 0; i < found_count_; ++i) {
      if (std::isnan(found_[i])) return refused();
      summary_.maximum = std::max(summary_.maximum, found_[i]);
    }
    if (!std::isfinite(summary_.maximum)) return refused();
    if (summary_.maximum - anchor_ > 60) {  // e^80 would overflow
      anchor_ = summary_.maximum;
      add_all(head);
    }
    summary_.log_mass = std::log(all_.mass) + (static_cast<double>(anchor_) - summary_.maximum);
    if (settings_.top_p == 1) {
      summary_.threshold = summary_.low = summary_.high = -FLT_MAX;
      summary_.entropy = entropy_of(all_.mass, all_, false);
    } else {
      cut(head);
    }
    return summary_;
  }

 private:
  /// Kept by the thread: a row's worth of memory would cost more to ask for than to fill.
  float* buffer(int which) const {
    thread_local std::array<std::vector<float>, 2> buffers;
    buffers[static_cast<std::size_t>(which)].resize(
        std::max(buffers[static_cast<std::size_t>(which)].size(), logits_.size() + 64));
    return buffers[static_cast<std::size_t>(which)].data();
  }

  Summary& refused() {
    summary_.valid = false;
    return summary_;
  }

  float maximum() const {
    float maximum = -std::numeric_limits<float>::infinity();
    for (const float logit : logits_) maximum = std::max(maximum, logit);  // passes over NaN, which add_all finds
    return maximum;
  }

  void add_all(float head) {
    all_ = settings_.top_p == 1 ? sum_all<true>(logits_.data(), logits_.size(), anchor_, head, found_, found_count_)
                                : sum_all<false>(logits_.data(), logits_.size(), anchor_, head, found_, found_count_);
  }

  /// The found logits with their masses; returns the sum of those.
  double weigh() {
    candidates_ = {{found_, found_count_}, {masses_, found_count_}};
    return masses_of(found_, found_count_, anchor_, masses_);
  }

  void cut(float head) {
    const double needed = settings_.top_p * all_.mass;
    const double rounding = mass_rounding * all_.mass;
    Sums above;
    const double head_mass = weigh();
    if (head > -FLT_MAX && head_mass < needed + rounding) {
      above = look_in(expected_bracket(head, (needed - head_mass) / (all_.mass - head_mass)));
      const double mass = weigh();
      if (above.mass >= needed - rounding || above.mass + mass < needed + rounding) {
        above = look_in(everything);
        weigh();
      }
    }
    const Cut cut = cut_by_mass(candidates_, above.mass, needed);
    summary_.threshold = summary_.low = summary_.high = cut.threshold;
    summary_.ties = cut.ties;
    summary_.ties_kept = cut.ties_kept;
    const bool first = cut.before == 0;
    summary_.sure = (first || cut.before < needed - rounding) &&
                    (cut.after >= needed + rounding || (first && settings_.top_p == 0));
    if (!summary_.sure) {
      summary_.high = cut_by_mass(candidates_, above.mass, needed - rounding).threshold;
      summary_.low = cut_by_mass(candidates_, above.mass, needed + rounding).threshold;
    }
    const double distance = static_cast<double>(cut.threshold) - anchor_;
    const double mass_of_one = cut.after - cut.before;
    const double tie_mass = mass_of_one * static_cast<double>(cut.ties_kept);
    const Sums inside = candidate_sums(candidates_, anchor_, cut.threshold);
    const Sums kept{.mass = above.mass + inside.mass + tie_mass,
                    .moment = above.moment + inside.moment + tie_mass * distance};
    summary_.entropy = entropy_of(all_.mass, kept, settings_.renormalise);
    summary_.in_doubt = summary_.sure ? 0 : (mass_of_one + 2 * rounding) / all_.mass * (std::log(all_.mass) - distance);
  }

  /// Where a sample expects the part `share` of the mass not above `head` to end, give or take three standard
  /// deviations. Nothing that is answered depends on it.
  Bracket expected_bracket(float head, double share) {
    found_count_ = 0;
    for_each_in_sample(logits_, 512, [&](float logit) {
      found_[found_count_] = logit;
      found_count_ += logit <= head && logit >= -FLT_MAX ? 1 : 0;
    });
    if (found_count_ == 0) return everything;
    const double mass = weigh();
    double squares = 0;
    for (const float e : candidates_.masses) squares += static_cast<double>(e) * e;
    const double margin = 3 * std::sqrt(std::max(share * (1 - share), 1e-4) * squares);
    Bracket bracket{-FLT_MAX, head};
    if (share * mass > margin) bracket.high = cut_by_mass(candidates_, 0, share * mass - margin).threshold;
    if (share * mass + margin < mass) bracket.low = cut_by_mass(candidates_, 0, share * mass + margin).threshold;
    return bracket;
  }

  Sums look_in(Bracket bracket) {
    return sum_above(logits_.data(), logits_.size(), anchor_, bracket.low, bracket.high, found_, found_count_);
  }

  std::span<const Logit> logits_;
  const Settings& settings_;
  float* found_;
  float* masses_;
  std::size_t found_count_ = 0;
  Weighted candidates_{};
  float anchor_ = -std::numeric_limits<float>::infinity();
  Sums all_;
  Summary summary_;
};

Summary summarise_float(std::span<const float> logits, const Settings& settings) {
  return RowReader<float>(logits, settings).read();
}
Summary summarise_bfloat16(std::span<const Bfloat16> logits, const Settings& settings) {
  return RowReader<Bfloat16>(logits, settings).read();
}
ExactSums exact_float(std::span<const float> logits, const Summary& summary) { return exact_sums(logits, summary); }
ExactSums exact_bfloat16(std::span<const Bfloat16> logits, const Summary& summary) {
  return exact_sums(logits, summary);
}

}  // namespace tandem::nbce::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tandem::nbce {

HWY_EXPORT(summarise_float);
HWY_EXPORT(summarise_bfloat16);
HWY_EXPORT(exact_float);
HWY_EXPORT(exact_bfloat16);

template <>
Summary summarise(std::span<const float> logits, const Settings& settings) {
  return HWY_DYNAMIC_DISPATCH(summarise_float)(logits, settings);
}
template <>
Summary summarise(std::span<const Bfloat16> logits, const Settings& settings) {
  return HWY_DYNAMIC_DISPATCH(summarise_bfloat16)(logits, settings);
}
template <>
Row exact_row(std::span<const float> logits, const Summary& summary, const Settings& settings) {
  const auto row = row_of(HWY_DYNAMIC_DISPATCH(exact_float)(logits, summary), summary, settings);
  return row ? *row : read_row(logits, settings);
}
template <>
Row exact_row(std::span<const Bfloat16> logits, const Summary& summary, const Settings& settings) {
  const auto row = row_of(HWY_DYNAMIC_DISPATCH(exact_bfloat16)(logits, summary), summary, settings);
  return row ? *row : read_row(logits, settings);
}

}  // namespace tandem::nbce
#endif  // HWY_ONCE
