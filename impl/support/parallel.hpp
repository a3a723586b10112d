// The two schedulers of the suite behind one call, so that an `omp` and a `tbb` variant differ in nothing else.
//
// Both take their thread count from `Execution` and leave no global state changed: OpenMP through the num_threads
// clause, oneTBB through task arenas of their own. An exception thrown by the body reaches the caller.
#pragma once

#include <omp.h>
#include <tbb/blocked_range.h>
#include <tbb/global_control.h>
#include <tbb/info.h>
#include <tbb/parallel_for.h>
#include <tbb/partitioner.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <future>
#include <map>
#include <optional>
#include <vector>

#include "impl/support/execution.hpp"

namespace tandem {

/// Runs the chunks one after the other on the calling thread.
struct Sequential {
  template <class Body>
  static void for_each_chunk(const Execution&, std::size_t count, std::size_t grain, Body&& body) {
    for (std::size_t begin = 0; begin < count; begin += grain) body(begin, std::min(begin + grain, count));
  }
};

#ifdef __SANITIZE_THREAD__

/// The thread sanitizer cannot see how libgomp and oneTBB synchronise and would report every use of theirs. In its
/// build both run the same chunks on threads that it does understand, so that what it reports is the kernels' own.
struct SanitizedThreads {
  template <class Body>
  static void for_each_chunk(const Execution& execution, std::size_t count, std::size_t grain, Body&& body) {
    std::atomic<std::size_t> next{0};
    std::vector<std::future<void>> workers;
    for (int thread = 0; thread < execution.threads; ++thread) {
      workers.push_back(std::async(std::launch::async, [&] {
        for (std::size_t begin; (begin = next.fetch_add(grain)) < count;) body(begin, std::min(begin + grain, count));
      }));
    }
    for (auto& worker : workers) worker.wait();
    for (auto& worker : workers) worker.get();
  }
};
struct OpenMp : SanitizedThreads {
  static int team(int threads) { return threads; }
};
struct OneTbb : SanitizedThreads {};

#else

/// Dynamic OpenMP schedule. `body(begin, end)` is called once for every chunk of at most `grain` items of [0, count).
struct OpenMp {
  template <class Body>
  static void for_each_chunk(const Execution& execution, std::size_t count, std::size_t grain, Body&& body) {
    const std::size_t chunks = (count + grain - 1) / grain;
    const int threads = execution.threads;
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

  /// How many threads a call for so many has: OMP_THREAD_LIMIT, for one, may allow fewer.
  static int team(int threads) {
    const ExactTeam exact;
    int granted = 1;
#pragma omp parallel num_threads(threads)
#pragma omp single
    granted = omp_get_num_threads();
    return granted;
  }

 private:
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
};

/// oneTBB work stealing over the same chunks.
struct OneTbb {
  template <class Body>
  static void for_each_chunk(const Execution& execution, std::size_t count, std::size_t grain, Body&& body) {
    const std::size_t chunks = (count + grain - 1) / grain;
    // More threads than cores, as tests ask for, need leave; it ends with this call.
    std::optional<tbb::global_control> leave;
    if (execution.threads > tbb::info::default_concurrency()) {
      leave.emplace(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(execution.threads));
    }
    arena(execution.threads).execute([&] {
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

 private:
  /// The calling thread's arena of that size. It is kept, because the workers of a new one come only after a tenth of a
  /// millisecond.
  static tbb::task_arena& arena(int threads) {
    thread_local std::map<int, tbb::task_arena> arenas;
    return arenas.try_emplace(threads, threads).first->second;
  }
};

#endif  // __SANITIZE_THREAD__

}  // namespace tandem
