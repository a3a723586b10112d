// The schedulers over one kernel.
#include <algorithm>
#include <deque>
#include <functional>
#include <type_traits>
#include <vector>

#include "impl/attention/attention.hpp"
#include "impl/attention/head.hpp"
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
  for (const HeadStream& stream : streams) {
    for (std::size_t begin = 0; begin < stream.rows; begin += most) {
      const std::size_t count = std::min(most, stream.rows - begin);
      const auto keys = static_cast<std::size_t>(stream.view(begin + count - 1).last - stream.view(begin).first);
      chunks.push_back({&stream, begin, count, count * keys});
    }
  }
  std::ranges::stable_sort(chunks, std::greater<>(), &Chunk::scores);
  return chunks;
}

template <class Scheduler>
void run(const Problem& problem, Answer& answer, const Execution& execution) {
  require_valid(problem, answer);
  const Preparation preparation(problem);
  std::deque<HeadStream> streams;
  for (std::size_t head = 0; head < problem.shape.key_heads; ++head) streams.emplace_back(preparation, head, answer);
  const std::vector<Chunk> chunks =
      chunks_of(streams, std::is_same_v<Scheduler, Sequential> ? 1 : static_cast<int>(execution.threads));
  Scheduler::for_each_chunk(execution, chunks.size(), 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) stream_rows(*chunks[i].stream, chunks[i].begin, chunks[i].count);
  });
}

}  // namespace

void simd(const Problem& problem, Answer& answer, const Execution& execution) {
  run<Sequential>(problem, answer, execution);
}

void simd_omp(const Problem& problem, Answer& answer, const Execution& execution) {
  run<OpenMp>(problem, answer, execution);
}

void simd_tbb(const Problem& problem, Answer& answer, const Execution& execution) {
  run<OneTbb>(problem, answer, execution);
}

}  // namespace tandem::attention
