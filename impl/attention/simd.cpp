// The schedulers over one kernel.
#include <algorithm>
#include <deque>
#include <functional>
#include <type_traits>
#include <vector>

#include "impl/attention/attention.hpp"
#include "impl/attention/heads/head.hpp"
#include "impl/attention/kernels/few.hpp"
#include "impl/support/parallel.hpp"

namespace tandem::attention {
namespace {

/// Rows of one stream that go through the keys together.
struct Chunk {
  const Stream* stream;
  std::size_t begin;
  std::size_t count;
  std::size_t scores;  ///< that it computes
};

/// The longest first, so that the threads end together.
std::vector<Chunk> chunks_of(const std::deque<HeadStream>& streams, int threads) {
  std::vector<Chunk> chunks;
  std::size_t rows = 0;
  for (const HeadStream& stream : streams) rows += stream.rows;
  const std::size_t most = rows_together(rows, threads);
  const std::size_t fewest = rows_together(0, threads);
  const std::size_t last = threads == 1 ? 0 : most * static_cast<std::size_t>(threads);  // these come tile by tile
  for (const HeadStream& stream : streams) {
    for (std::size_t begin = 0, count = 0; begin < stream.rows; begin += count, rows -= count) {
      count = std::min(rows > last ? most : fewest, stream.rows - begin);
      const auto keys = static_cast<std::size_t>(stream.view(begin + count - 1).last - stream.view(begin).first);
      chunks.push_back({&stream, begin, count, count * keys});
    }
  }
  std::ranges::stable_sort(chunks, std::greater<>(), &Chunk::scores);
  return chunks;
}

/// Few rows: stretches of the keys are what threads share.
void run_few(const std::deque<HeadStream>& streams, const Execution& execution) {
  const Stream& any = streams.front();
  if (any.rows == 0) return;
  const std::size_t stretches = std::max<std::size_t>(1, (any.keys + stretch_keys - 1) / stretch_keys);
  std::vector<Sums> sums(streams.size() * stretches * any.rows);
  std::vector<float> means(sums.size() * any.width);
  for (std::size_t i = 0; i < sums.size(); ++i) sums[i].mean = means.data() + i * any.width;
  for_each_chunk(execution, streams.size() * stretches, 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      const Stream& stream = streams[i / stretches];
      const std::size_t last_row = stream.rows - 1;
      const auto first = static_cast<std::size_t>(stream.view(0).first);
      const auto last = static_cast<std::size_t>(stream.view(last_row).last);
      const std::size_t from = i % stretches * stretch_keys;
      const std::size_t to = std::min(from + stretch_keys, last);
      if (std::max(from, first) >= to) continue;
      stream_few(stream, std::max(from, first), to, sums.data() + i * stream.rows);
    }
  });
  for (std::size_t s = 0; s < streams.size(); ++s) {
    for (std::size_t row = 0; row < any.rows; ++row) {
      put_together(streams[s].view(row), sums.data() + s * stretches * any.rows + row, stretches, any.rows, any.width);
    }
  }
}

}  // namespace

void simd(const Problem& problem, Answer& answer, const Execution& execution) {
  require_valid(problem, answer);
  const Preparation preparation(problem);
  std::deque<HeadStream> streams;
  for (std::size_t head = 0; head < problem.shape.key_heads; ++head) streams.emplace_back(preparation, head, answer);
  if (!streams.empty() && streams.front().rows <= most_few_rows) return run_few(streams, execution);
  const std::vector<Chunk> chunks = chunks_of(streams, execution.team());
  for_each_chunk(execution, chunks.size(), 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) stream_rows(*chunks[i].stream, chunks[i].begin, chunks[i].count);
  });
}

}  // namespace tandem::attention
