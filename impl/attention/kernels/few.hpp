// Streams of few rows, as in decoding: the keys are cut into stretches, whose sums are put together at the end.
#pragma once

#include <cstddef>
#include <limits>

#include "impl/attention/stream.hpp"

namespace tandem::attention {

/// With more rows, rows in the lanes are faster.
inline constexpr std::size_t most_few_rows = 4;

/// Keys whose scores are there before their values are read: the scores stay in the first cache.
inline constexpr std::size_t few_block_keys = 128;

/// Numbers from the scores of one row to those of the next, of which each row's first lies on a cache line.
inline constexpr std::size_t score_stride = few_block_keys + 16;

/// Keys of a stretch: it does not depend on the number of threads, and so no bit of the answer does.
inline constexpr std::size_t stretch_keys = 4096;

/// What has been summed up for a row: weights are 2^(score - maximum).
struct Sums {
  float maximum = std::numeric_limits<float>::lowest();
  float total = 0;
  float moment = 0;       ///< of the weights times their exponents
  float* mean = nullptr;  ///< width sums of weights times values
};

/// Adds the keys [begin, end) to the sums of all rows of the stream, at most most_few_rows.
void stream_few(const Stream& stream, std::size_t begin, std::size_t end, Sums* sums);

/// The mean and entropy of a row from `count` stretches' sums, of which stretches[i * step] is the row's.
void put_together(const RowView& view, const Sums* stretches, std::size_t count, std::size_t step, std::size_t width);

}  // namespace tandem::attention
