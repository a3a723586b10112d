// The lines of a history of gates, and where their figures stepped.
// Compiled with: benchmarks/regression/history.cpp benchmarks/regression/change_points.cpp
// Compiled with: benchmarks/suite/statistics.cpp
#pragma once

#include <string_view>

#include "benchmarks/regression/history.hpp"
#include "tests/fuzz/support.hpp"

namespace tandem::fuzz {

inline bool try_history(std::string_view bytes) {
  regression::History history;
  if (!accepted([&] { history = regression::parse_history(bytes, "history"); })) return false;
  for (const regression::HistorySeries& series : regression::series_of(history)) {
    require(series.values.size() == series.runs.size(), "a figure belongs to no run");
  }
  return !history.entries.empty();
}

}  // namespace tandem::fuzz
