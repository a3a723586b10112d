// The two schedulers: every chunk once, exceptions handed on, nothing global left behind.
#include "impl/support/parallel.hpp"

#include <gtest/gtest.h>
#include <omp.h>
#include <tbb/global_control.h>

#include <atomic>
#include <mutex>
#include <numeric>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

namespace tandem {
namespace {

TEST(Execution, HasAtLeastOneThread) {
  for (const int threads : {0, -1, -1'000'000}) {
    EXPECT_THROW(static_cast<void>(Execution{.threads = threads}), std::invalid_argument) << threads;
  }
  EXPECT_EQ(Execution{.threads = 1}.threads, 1);
}

class Schedulers : public testing::TestWithParam<Scheduler> {
 protected:
  static void for_each_chunk(int threads, std::size_t count, std::size_t grain, ChunkBody body) {
    tandem::for_each_chunk({.threads = threads, .scheduler = GetParam()}, count, grain, body);
  }
};
INSTANTIATE_TEST_SUITE_P(All, Schedulers,
                         testing::Values(Scheduler::sequential, Scheduler::openmp, Scheduler::one_tbb));

TEST_P(Schedulers, CallTheBodyOnceForEveryItem) {
  for (const std::size_t count : {0, 1, 2, 7, 8, 9, 100}) {
    for (const std::size_t grain : {1, 3, 8, 200}) {
      for (const int threads : {1, 2, 3, 4}) {
        std::vector<int> calls(count);
        for_each_chunk(threads, count, grain, [&](std::size_t begin, std::size_t end) {
          EXPECT_LE(end - begin, grain);
          for (std::size_t i = begin; i < end; ++i) ++calls[i];
        });
        EXPECT_EQ(calls, std::vector<int>(count, 1)) << count << " items, grain " << grain << ", threads " << threads;
      }
    }
  }
}

TEST_P(Schedulers, HandOnAnException) {
  EXPECT_THROW(for_each_chunk(2, 10, 1,
                              [](std::size_t begin, std::size_t) {
                                if (begin == 3) throw std::runtime_error("three");
                              }),
               std::runtime_error);
}

TEST_P(Schedulers, UseNoMoreThreadsThanTheyMay) {
  for (const int threads : {1, 2, 3}) {
    std::mutex mutex;
    std::set<std::thread::id> seen;
    for_each_chunk(threads, 64, 1, [&](std::size_t, std::size_t) {
      std::this_thread::sleep_for(std::chrono::microseconds(100));
      const std::scoped_lock lock(mutex);
      seen.insert(std::this_thread::get_id());
    });
    EXPECT_LE(seen.size(), static_cast<std::size_t>(threads));
  }
}

TEST_P(Schedulers, LeaveNoGlobalStateChanged) {
  const int openmp_before = omp_get_max_threads();
  const std::size_t tbb_before = tbb::global_control::active_value(tbb::global_control::max_allowed_parallelism);
  for_each_chunk(4, 16, 1, [](std::size_t, std::size_t) {});
  EXPECT_EQ(omp_get_max_threads(), openmp_before);
  EXPECT_EQ(tbb::global_control::active_value(tbb::global_control::max_allowed_parallelism), tbb_before);
}

#ifndef __SANITIZE_THREAD__  // whose build has no OpenMP
TEST(OpenMpTeam, IsAsLargeAsAskedFor) {
  const int before = omp_get_dynamic();
  omp_set_dynamic(1);  // as OMP_DYNAMIC does: by itself OpenMP would use no more threads than there are cores
  for (const int threads : {1, 2, 3, 64}) {
    EXPECT_EQ(openmp_team(threads), threads);
    std::atomic<int> team{0};
    tandem::for_each_chunk({.threads = threads, .scheduler = Scheduler::openmp}, 1, 1,
                           [&](std::size_t, std::size_t) { team = omp_get_num_threads(); });
    EXPECT_EQ(team, threads);
  }
  EXPECT_EQ(omp_get_dynamic(), 1) << "the user's choice is kept";
  omp_set_dynamic(before);
}
#endif

TEST_P(Schedulers, MayBeUsedFromSeveralThreadsAtOnce) {
  std::vector<std::size_t> sums(4);
  {
    std::vector<std::jthread> callers;
    for (std::size_t& sum : sums) {
      callers.emplace_back([&sum] {
        std::vector<std::size_t> items(1000);
        for_each_chunk(2, items.size(), 10, [&](std::size_t begin, std::size_t end) {
          for (std::size_t i = begin; i < end; ++i) items[i] = i;
        });
        sum = std::accumulate(items.begin(), items.end(), std::size_t{0});
      });
    }
  }
  EXPECT_EQ(sums, std::vector<std::size_t>(4, 499500));
}

}  // namespace
}  // namespace tandem
