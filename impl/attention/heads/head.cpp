#include "impl/attention/heads/head.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace tandem::attention {
namespace {

/// Cosines and sines of a block, kept by the thread.
struct Cosines {
  float* cosines;
  float* sines;

  explicit Cosines(std::size_t count) {
    thread_local std::vector<float> kept;
    if (kept.size() < 2 * count) kept.resize(2 * count);
    cosines = kept.data();
    sines = kept.data() + count;
  }
};

/// Vectors are read beyond the last row's place.
constexpr std::size_t table_slack = 64;

}  // namespace

Preparation::Preparation(const Problem& problem) : problem_(problem) {
  const Shape& shape = problem.shape;
  if (!problem.addend.empty()) {
    addend_.reserve(shape.keys);
    hidden_.assign(shape.keys + 1, 0);
    for (std::size_t key = 0; key < shape.keys; ++key) {
      addend_.push_back(static_cast<float>(problem.addend[key] * std::numbers::log2e));
      const bool hides = problem.addend[key] == -std::numeric_limits<float>::infinity();
      hidden_[key + 1] = hidden_[key] + (hides ? 1 : 0);
    }
  }
  scale_of_all_ = scale_for({0, shape.keys});

  const Rotation& rotation = problem.rotation;
  first_index_ = std::min<std::ptrdiff_t>(0, shape.queries == 0 ? 0 : place(0));
  const std::size_t count = shape.keys + static_cast<std::size_t>(-first_index_);
  const double first = rotation.first_position + static_cast<double>(first_index_);
  if (turns()) near_ = Angles(rotation.base, rotation.width, first, 1, count);
  if (rotation.bends()) {
    // Far: D counts as w + (D - w) / k, which is (w - w / k + i / k) - j / k.
    const double step = 1 / rotation.stretch;
    const double shift = rotation.window - rotation.window * step;
    const double far_first = static_cast<double>(first_index_) * step;
    far_queries_ = Angles(rotation.base, rotation.width, far_first + shift, step, count);
    far_keys_ = Angles(rotation.base, rotation.width, far_first, step, count);
  }
  if (problem.relative.kind == Relative::sandwich) {
    const Angles all(problem.relative.second, shape.width / 2 * 2, 0, 1, reach() + 1);
    if (shape.width % 2 == 0) {
      cosine_sums_.reserve(reach() + 1);
      for (std::size_t d = 0; d <= reach(); ++d) cosine_sums_.push_back(all.sum_of_cosines(d));
    }
  }
}

float Preparation::scale_for(const Span& span) const {
  std::size_t seen = span.last - span.first;
  if (!hidden_.empty()) seen -= hidden_[span.last] - hidden_[span.first];
  const double root = std::sqrt(static_cast<double>(problem_.shape.width));
  return static_cast<float>(scale_factor(problem_.scaling, seen) / root * std::numbers::log2e);
}

std::ptrdiff_t Preparation::place(std::size_t query) const {
  return static_cast<std::ptrdiff_t>(query) + static_cast<std::ptrdiff_t>(problem_.shape.keys) -
         static_cast<std::ptrdiff_t>(problem_.shape.queries);
}

void Preparation::key_angles(bool far, std::size_t begin, std::size_t count, float* cosines, float* sines) const {
  (far ? far_keys_ : near_).fill(begin - static_cast<std::size_t>(first_index_), count, cosines, sines);
}

void Preparation::query_angles(bool far, std::size_t begin, std::size_t count, float* cosines, float* sines) const {
  const auto index = static_cast<std::size_t>(place(begin) - first_index_);
  (far ? far_queries_ : near_).fill(index, count, cosines, sines);
}

std::size_t Preparation::reach() const { return std::max(problem_.shape.keys, problem_.shape.queries); }

std::vector<float> Preparation::relative_tables(std::size_t head, std::size_t count) const {
  if (problem_.relative.kind == Relative::none) return {};
  const std::size_t size = 2 * reach() + 1 + table_slack;
  std::vector<float> tables(count * size, 0);
  for (std::size_t h = 0; h < count; ++h) {
    float* middle = tables.data() + h * size + reach();
    for (std::size_t d = 0; d <= reach(); ++d) {
      const double bias = cosine_sums_.empty()
                              ? relative_bias(problem_.relative, problem_.shape, head + h, static_cast<double>(d))
                              : problem_.relative.first * cosine_sums_[d];
      const auto distance = static_cast<std::ptrdiff_t>(d);
      middle[distance] = middle[-distance] = static_cast<float>(bias * std::numbers::log2e);
    }
  }
  return tables;
}

HeadStream::HeadStream(const Preparation& preparation, std::size_t key_head, Answer& answer)
    : preparation_(preparation),
      problem_(preparation.problem()),
      key_head_(key_head),
      group_(problem_.shape.group()),
      answer_(answer),
      tables_(preparation.relative_tables(key_head * group_, group_)) {
  const Shape& shape = problem_.shape;
  rows = shape.queries * group_;
  keys = shape.keys;
  depth = width = shape.width;
  values = problem_.values.data() + key_head * shape.keys * shape.width;
  addend = preparation.addend();
  has_far = problem_.rotation.bends();
  consecutive = group_ == 1;
  table = tables_.empty() ? nullptr : tables_.data();
}

RowView HeadStream::view(std::size_t row) const {
  const Shape& shape = problem_.shape;
  const std::size_t query = row / group_;
  const std::size_t head = key_head_ * group_ + row % group_;
  const Span span = visible(problem_, query);
  const std::size_t index = head * shape.queries + query;
  RowView view{.first = static_cast<std::int32_t>(span.first),
               .last = static_cast<std::int32_t>(span.last),
               .far_last = 0,
               .offset = 0,
               .mean = answer_.output.data() + index * shape.width,
               .entropy = answer_.entropy.data() + index};
  const std::ptrdiff_t place = preparation_.place(query);
  if (has_far) {  // D >= w, so j <= i - w
    const double last = std::floor(static_cast<double>(place) - problem_.rotation.window) + 1;
    view.far_last = static_cast<std::int32_t>(std::clamp(last, 0.0, static_cast<double>(shape.keys)));
  }
  view.offset = place + static_cast<std::ptrdiff_t>(preparation_.reach() + row % group_ * (tables_.size() / group_));
  return view;
}

Turn HeadStream::turn(const float* bias) const {
  return {.width = depth,
          .pairs = problem_.rotation.width / 2,
          .interleaved = problem_.rotation.layout == Layout::interleaved,
          .bias = bias};
}

void HeadStream::write_rows(std::size_t begin, std::size_t count, bool far, float* out) const {
  const Shape& shape = problem_.shape;
  const std::size_t first = begin / group_;
  const std::size_t last = (begin + count + group_ - 1) / group_;
  const std::size_t pairs = problem_.rotation.width / 2;
  const Cosines angles((last - first) * pairs);
  if (pairs > 0) preparation_.query_angles(far, first, last - first, angles.cosines, angles.sines);
  for (std::size_t row = begin; row < begin + count; ++row) {
    const std::size_t query = row / group_;
    const std::size_t head = key_head_ * group_ + row % group_;
    const float* from = problem_.queries.data() + (head * shape.queries + query) * depth;
    const float* bias = problem_.query_bias.empty() ? nullptr : problem_.query_bias.data() + head * depth;
    const std::size_t at = (query - first) * pairs;
    turn(bias).apply(from, angles.cosines + at, angles.sines + at, preparation_.scale(query),
                     out + (row - begin) * depth);
  }
}

const float* HeadStream::read_keys(std::size_t begin, std::size_t count, bool far, float* out) const {
  const float* from = problem_.keys.data() + (key_head_ * keys + begin) * depth;
  // Without a rotation the key bias adds the same number to all scores of a row, and softmax does not see it.
  if (!preparation_.turns()) return from;
  const std::size_t pairs = problem_.rotation.width / 2;
  const Cosines angles(count * pairs);
  preparation_.key_angles(far, begin, count, angles.cosines, angles.sines);
  const Turn by = turn(problem_.key_bias.empty() ? nullptr : problem_.key_bias.data() + key_head_ * depth);
  for (std::size_t key = 0; key < count; ++key) {
    by.apply(from + key * depth, angles.cosines + key * pairs, angles.sines + key * pairs, 1, out + key * depth);
  }
  return out;
}

}  // namespace tandem::attention
