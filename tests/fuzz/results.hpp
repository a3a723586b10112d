// A results file, its tables, and its comparison with itself.
// Compiled with: reports/results_file.cpp reports/compare.cpp reports/tables.cpp reports/table.cpp
// Compiled with: benchmarks/suite/statistics.cpp
#pragma once

#include <string>
#include <string_view>

#include "reports/compare.hpp"
#include "reports/results_file.hpp"
#include "reports/tables.hpp"
#include "tests/fuzz/support.hpp"

namespace tandem::fuzz {

/// A field that is missing or of another type is said in one sentence by whoever shows the file.
inline bool try_results(std::string_view bytes) {
  nlohmann::ordered_json results;
  if (!accepted([&] { results = reports::parse_results(std::string(bytes), "results"); })) return false;
  try {
    reports::summary_table(results);
    reports::speedup_tables(results);
    reports::compare_text(results, results);
  } catch (const nlohmann::json::exception&) {
    return false;
  }
  return true;
}

}  // namespace tandem::fuzz
