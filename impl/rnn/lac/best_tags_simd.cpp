// The Viterbi search over the tags, in double: the very operations of the definition in the same order, so the same
// decisions, ties included. (In float the score of a long text would round away what tells two tags apart.)
#include <algorithm>
#include <utility>

#include "impl/rnn/lac.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "impl/rnn/lac/best_tags_simd.cpp"
#include <hwy/foreach_target.h>  // before highway.h
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace tandem::rnn::lac::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// next[to] = max over from of score[from] + transitions[from][to], and the first `from` that attains it, for `padded`
/// tags in rows of that stride. Four registers of tags at a time: the comparisons of one wait for each other.
void best_predecessors(const double* score, std::size_t tags, const double* transitions, std::size_t padded,
                       double* next, double* came_from) {
  const hn::ScalableTag<double> d;
  const std::size_t lanes = hn::Lanes(d);
  for (std::size_t to = 0; to < padded; to += 4 * lanes) {
    const double* column = transitions + to;
    auto first = hn::Set(d, score[0]);
    auto best0 = hn::Add(first, hn::LoadU(d, column));
    auto best1 = hn::Add(first, hn::LoadU(d, column + lanes));
    auto best2 = hn::Add(first, hn::LoadU(d, column + 2 * lanes));
    auto best3 = hn::Add(first, hn::LoadU(d, column + 3 * lanes));
    auto from0 = hn::Zero(d);
    auto from1 = from0;
    auto from2 = from0;
    auto from3 = from0;
    auto index = from0;
    const auto one = hn::Set(d, 1.0);
    const auto improve = [&](auto candidate, auto& best, auto& from) HWY_ATTR {
      const auto better = hn::Gt(candidate, best);
      best = hn::IfThenElse(better, candidate, best);
      from = hn::IfThenElse(better, index, from);
    };
    for (std::size_t from = 1; from < tags; ++from) {
      column += padded;
      index = hn::Add(index, one);
      const auto here = hn::Set(d, score[from]);
      improve(hn::Add(here, hn::LoadU(d, column)), best0, from0);
      improve(hn::Add(here, hn::LoadU(d, column + lanes)), best1, from1);
      improve(hn::Add(here, hn::LoadU(d, column + 2 * lanes)), best2, from2);
      improve(hn::Add(here, hn::LoadU(d, column + 3 * lanes)), best3, from3);
    }
    hn::StoreU(best0, d, next + to);
    hn::StoreU(best1, d, next + to + lanes);
    hn::StoreU(best2, d, next + to + 2 * lanes);
    hn::StoreU(best3, d, next + to + 3 * lanes);
    hn::StoreU(from0, d, came_from + to);
    hn::StoreU(from1, d, came_from + to + lanes);
    hn::StoreU(from2, d, came_from + to + 2 * lanes);
    hn::StoreU(from3, d, came_from + to + 3 * lanes);
  }
}

/// Tags that one turn of the outer loop above takes.
std::size_t tag_step() { return 4 * hn::Lanes(hn::ScalableTag<double>()); }

}  // namespace tandem::rnn::lac::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tandem::rnn::lac {

HWY_EXPORT(best_predecessors);
HWY_EXPORT(tag_step);

void best_tags_simd(const Network& network, const std::vector<float>& emissions, std::vector<int>& tags) {
  const std::size_t count = network.tag_count;
  const std::size_t length = emissions.size() / count;
  if (length == 0) return;
  const std::size_t step = HWY_DYNAMIC_DISPATCH(tag_step)();
  const std::size_t padded = (count + step - 1) / step * step;
  std::vector<double> transitions(count * padded);
  for (std::size_t from = 0; from < count; ++from) {
    std::copy_n(network.transitions.data() + from * count, count, transitions.data() + from * padded);
  }
  std::vector<double> score(padded);
  std::vector<double> next(padded);
  std::vector<double> from(padded);
  std::vector<std::uint16_t> came_from(length * count);
  for (std::size_t to = 0; to < count; ++to) score[to] = static_cast<double>(network.start[to]) + emissions[to];
  for (std::size_t t = 1; t < length; ++t) {
    HWY_DYNAMIC_DISPATCH(best_predecessors)
    (score.data(), count, transitions.data(), padded, next.data(), from.data());
    for (std::size_t to = 0; to < count; ++to) {
      next[to] += emissions[t * count + to];
      came_from[t * count + to] = static_cast<std::uint16_t>(from[to]);
    }
    std::swap(score, next);
  }
  for (std::size_t tag = 0; tag < count; ++tag) score[tag] += network.end[tag];
  const auto last = score.begin() + static_cast<std::ptrdiff_t>(count);
  tags.back() = static_cast<int>(std::max_element(score.begin(), last) - score.begin());
  for (std::size_t t = length - 1; t > 0; --t) {
    tags[t - 1] = came_from[t * count + static_cast<std::size_t>(tags[t])];
  }
}

}  // namespace tandem::rnn::lac
#endif  // HWY_ONCE
