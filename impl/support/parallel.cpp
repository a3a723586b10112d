#include "impl/support/parallel.hpp"

#include <omp.h>
#include <tbb/blocked_range.h>
#include <tbb/global_control.h>
#include <tbb/info.h>
#include <tbb/parallel_for.h>
#include <tbb/partitioner.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <future>
#include <map>
#include <optional>
#include <vector>

namespace tandem {
namespace {

#ifdef __SANITIZE_THREAD__

/// The thread sanitizer cannot see how libgomp and oneTBB synchronise and would report every use of theirs. In its
/// build both run the same chunks on threads that it does understand, so that what it reports is the kernels' own.
void by_openmp(int threads, std::size_t count, std::size_t grain, ChunkBody body) {
  std::atomic<std::size_t> next{0};
  std::vector<std::future<void>> workers;
  for (int thread = 0; thread < threads; ++thread) {
    workers.push_back(std::async(std::launch::async, [&] {
      for (std::size_t begin; (begin = next.fetch_add(grain)) < count;) body(begin, std::min(begin + grain, count));
    }));
  }
  for (auto& worker : workers) worker.wait();
  for (auto& worker : workers) worker.get();
}

void by_one_tbb(int threads, std::size_t count, std::size_t grain, ChunkBody body) {
  by_openmp(threads, count, grain, body);
}

#else

/// While it lives OMP_DYNAMIC takes no thread away.
class ExactTeam {
 public:
  ExactTeam() { omp_set_dynamic(0); }
  ~ExactTeam() { omp_set_dynamic(before_); }
  ExactTeam(const ExactTeam&) = delete;
  ExactTeam& operator=(const ExactTeam&) = delete;

 private:
  int before_ = omp_get_dynamic();
};

void by_openmp(int threads, std::size_t count, std::size_t grain, ChunkBody body) {
  const std::size_t chunks = (count + grain - 1) / grain;
  std::exception_ptr failure;
  const ExactTeam exact;
#pragma omp parallel for schedule(dynamic) num_threads(threads)
  for (std::size_t chunk = 0; chunk < chunks; ++chunk) {
    try {
      body(chunk * grain, std::min((chunk + 1) * grain, count));
    } catch (...) {
#pragma omp critical(tandem_parallel_failure)
      if (!failure) failure = std::current_exception();
    }
  }
  if (failure) std::rethrow_exception(failure);
}

/// The calling thread's arena of that size. It is kept, because the workers of a new one come only after a tenth of a
/// millisecond.
tbb::task_arena& arena(int threads) {
  thread_local std::map<int, tbb::task_arena> arenas;
  return arenas.try_emplace(threads, threads).first->second;
}

void by_one_tbb(int threads, std::size_t count, std::size_t grain, ChunkBody body) {
  const std::size_t chunks = (count + grain - 1) / grain;
  // More threads than cores, as tests ask for, need leave; it ends with this call.
  std::optional<tbb::global_control> leave;
  if (threads > tbb::info::default_concurrency()) {
    leave.emplace(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(threads));
  }
  arena(threads).execute([&] {
    tbb::parallel_for(
        tbb::blocked_range<std::size_t>(0, chunks, 1),
        [&](const tbb::blocked_range<std::size_t>& range) {
          for (std::size_t chunk = range.begin(); chunk != range.end(); ++chunk) {
            body(chunk * grain, std::min((chunk + 1) * grain, count));
          }
        },
        tbb::simple_partitioner());
  });
}

#endif  // __SANITIZE_THREAD__

}  // namespace

void for_each_chunk(const Execution& execution, std::size_t count, std::size_t grain, ChunkBody body) {
  switch (execution.scheduler) {
    case Scheduler::sequential:
      for (std::size_t begin = 0; begin < count; begin += grain) body(begin, std::min(begin + grain, count));
      break;
    case Scheduler::openmp:
      by_openmp(execution.threads, count, grain, body);
      break;
    case Scheduler::one_tbb:
      by_one_tbb(execution.threads, count, grain, body);
      break;
  }
}

int openmp_team(int threads) {
#ifdef __SANITIZE_THREAD__
  return threads;
#else
  const ExactTeam exact;
  int granted = 1;
#pragma omp parallel num_threads(threads)
#pragma omp single
  granted = omp_get_num_threads();
  return granted;
#endif
}

}  // namespace tandem
