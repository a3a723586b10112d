// Softmax-weighted means, streamed: for every row r and the keys j that it sees,
//
//   mean_r = sum_j w_rj v_j / sum_j w_rj,   w_rj = 2^(x_r . y_j + addend_j + table[offset_r - j]).
//
// Rows, keys and values come by blocks, and nothing of the size of rows times keys is ever stored (online softmax:
// Milakov and Gimelshein, arXiv 1805.02867; Dao et al., arXiv 2205.14135). Whoever has such sums describes them by a
// Stream: attention, and the empirical field of rectified flow. Scores are in units of log 2.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tandem::attention {

/// What belongs to one row.
struct RowView {
  std::int32_t first = 0;  ///< it sees the keys [first, last)
  std::int32_t last = 0;
  std::int32_t far_last = 0;  ///< keys below have the far score, where there is one
  std::ptrdiff_t offset = 0;  ///< into the table
  float* mean = nullptr;      ///< width numbers
  float* entropy = nullptr;   ///< nats; may be null
};

/// Rows that see keys. Of neighbouring rows neither `first` nor `last` falls.
class Stream {
 public:
  virtual ~Stream() = default;

  std::size_t rows = 0;
  std::size_t keys = 0;           ///< below 2^31
  std::size_t depth = 0;          ///< numbers of a row and of a key
  std::size_t width = 0;          ///< numbers of a value
  const float* values = nullptr;  ///< keys x width; null where the keys are the values
  const float* addend = nullptr;  ///< a number for each key, in units of log 2; -inf hides it. Or null
  const float* table = nullptr;   ///< or null
  bool consecutive = true;        ///< neighbouring rows have neighbouring offsets
  bool has_far = false;           ///< some keys have a score from other rows and keys

  virtual RowView view(std::size_t row) const = 0;
  /// Writes rows [begin, begin + count), depth numbers each, ready for the product: scaled, turned.
  virtual void write_rows(std::size_t begin, std::size_t count, bool far, float* out) const = 0;
  /// Keys [begin, begin + count), depth numbers each: where they lie, or written to `out`.
  virtual const float* read_keys(std::size_t begin, std::size_t count, bool far, float* out) const = 0;
};

/// Rows that go through the keys together at most: enough for key blocks to be prepared seldom.
inline constexpr std::size_t most_rows_together = 384;

/// The rows of a chunk of work: whole tiles, so that no bit of a masked row depends on the number of threads, and few
/// enough for `threads` threads to end together where the rows' work differs.
std::size_t rows_together(std::size_t rows, int threads);

/// The means and entropies of rows [begin, begin + count). Uses O((count + 256) (depth + width)) memory that the
/// calling thread keeps.
void stream_rows(const Stream& stream, std::size_t begin, std::size_t count);

}  // namespace tandem::attention
