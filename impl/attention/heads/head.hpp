// Attention as streams: one for each key head, whose rows are the queries of all its query heads. Those of one place
// are neighbours, so that grouped queries read a key together.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "impl/attention/heads/angles.hpp"
#include "impl/attention/heads/turn.hpp"
#include "impl/attention/stream.hpp"
#include "reference/attention/attention.hpp"

namespace tandem::attention {

/// What all heads of a problem share. Memory is taken by what needs it alone: for each key 8 bytes where keys have
/// addends, for each position the angles' tables where there is a rotation, and 8 bytes for Sandwich's sums.
class Preparation {
 public:
  explicit Preparation(const Problem& problem);

  const Problem& problem() const { return problem_; }
  /// f(n) / sqrt(d) log2 e of the query's scores.
  float scale(std::size_t query) const {
    return problem_.scaling.per_row ? scale_for(visible(problem_, query)) : scale_of_all_;
  }
  std::ptrdiff_t place(std::size_t query) const;
  const float* addend() const { return addend_.empty() ? nullptr : addend_.data(); }
  bool turns() const { return problem_.rotation.width > 0; }

  /// Cosines and sines for the keys, of what keys [begin, begin + count) are turned by; the same for queries.
  void key_angles(bool far, std::size_t begin, std::size_t count, float* cosines, float* sines) const;
  void query_angles(bool far, std::size_t begin, std::size_t count, float* cosines, float* sines) const;

  /// r(D) log2 e for D = -reach, ..., reach at index D + reach, for each of `count` heads from `head` on, one behind
  /// the other; nothing where there is no relative bias.
  std::vector<float> relative_tables(std::size_t head, std::size_t count) const;
  std::size_t reach() const;

 private:
  /// The same of a query that sees these keys.
  float scale_for(const Span& span) const;

  const Problem& problem_;
  std::vector<float> addend_;
  std::vector<std::uint32_t> hidden_;  ///< keys before each key that an addend hides, so that none is counted twice
  float scale_of_all_ = 0;             ///< where it is the same for all rows
  std::ptrdiff_t first_index_ = 0;     ///< the place that index 0 of near_ stands for
  Angles near_;
  Angles far_queries_;
  Angles far_keys_;
  std::vector<double> cosine_sums_;  ///< of Sandwich
};

class HeadStream final : public Stream {
 public:
  HeadStream(const Preparation& preparation, std::size_t key_head, Answer& answer);

  RowView view(std::size_t row) const override;
  void write_rows(std::size_t begin, std::size_t count, bool far, float* out) const override;
  const float* read_keys(std::size_t begin, std::size_t count, bool far, float* out) const override;

 private:
  Turn turn(const float* bias) const;

  const Preparation& preparation_;
  const Problem& problem_;
  std::size_t key_head_;
  std::size_t group_;
  Answer& answer_;
  std::vector<float> tables_;  ///< of all heads of the group
};

}  // namespace tandem::attention
