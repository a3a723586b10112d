// Threads that do the same thing at the same time, each on a core of its own.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <climits>
#include <thread>
#include <vector>

#include "benchmarks/suite/topology.hpp"

namespace tandem::suite {

class Team {
 public:
  /// Units of work per second: `together` of all threads, from the first start to the last end; `each` of one thread on
  /// average, by its own time, whatever the others do.
  struct Rate {
    double together = 0;
    double each = 0;
  };

  explicit Team(int threads) : topology_(read_topology()), places_(static_cast<std::size_t>(threads)) {
    hwloc_obj_t root = hwloc_get_root_obj(topology_.get());
    hwloc_distrib(topology_.get(), &root, 1, places_.data(), static_cast<unsigned>(threads), INT_MAX, 0);
  }
  ~Team() {
    for (hwloc_cpuset_t place : places_) hwloc_bitmap_free(place);
  }
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;

  int threads() const { return static_cast<int>(places_.size()); }

  /// Every thread calls prepare(thread), waits for the others, and calls work(thread), which returns the units it did.
  template <class Prepare, class Work>
  Rate rate(Prepare prepare, Work work) const {
    std::vector<Span> spans(places_.size());
    {
      std::atomic<int> missing = threads();
      std::vector<std::jthread> running;
      running.reserve(places_.size());
      for (int thread = 0; thread < threads(); ++thread) {
        running.emplace_back([&, thread] {
          bind(thread);
          prepare(thread);
          --missing;
          // Giving way at once would let a neighbour in for several milliseconds: the tries are shorter than that.
          for (int spins = 0; missing > 0; ++spins) {
            if (spins > 1'000'000) std::this_thread::yield();
          }
          Span span;
          span.start = Clock::now();
          span.units = work(thread);
          span.end = Clock::now();
          spans[thread] = span;
        });
      }
    }
    Rate rate;
    double units = 0;
    for (const Span& span : spans) {
      units += span.units;
      rate.each += span.units / seconds(span.start, span.end) / threads();
    }
    rate.together =
        units / seconds(std::ranges::min(spans, {}, &Span::start).start, std::ranges::max(spans, {}, &Span::end).end);
    return rate;
  }

 private:
  using Clock = std::chrono::steady_clock;
  struct Span {
    Clock::time_point start;
    Clock::time_point end;
    double units = 0;
  };

  static double seconds(Clock::time_point start, Clock::time_point end) {
    return std::max(std::chrono::duration<double>(end - start).count(), 1e-9);
  }

  /// Two threads that start together may be put on one core and stay there for longer than a try. A thread that is
  /// alone is better left free to flee from neighbours. Where binding is forbidden the threads run unbound.
  void bind(int thread) const {
    if (threads() > 1 && places_[thread]) hwloc_set_cpubind(topology_.get(), places_[thread], HWLOC_CPUBIND_THREAD);
  }

  Topology topology_;
  std::vector<hwloc_cpuset_t> places_;
};

}  // namespace tandem::suite
