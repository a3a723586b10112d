// Results of tandem gate, what is shown of them, and what a history keeps.
// Compiled with: reports/gate.cpp reports/gate_rows.cpp reports/table.cpp benchmarks/suite/statistics.cpp
// Compiled with: benchmarks/regression/history.cpp benchmarks/regression/change_points.cpp
#pragma once

#include <string_view>

#include "benchmarks/regression/history.hpp"
#include "reports/gate.hpp"
#include "tests/fuzz/support.hpp"

namespace tandem::fuzz {

/// A field that is missing or of another type is said in one sentence by whoever shows the file.
inline bool try_gate(std::string_view bytes) {
  nlohmann::ordered_json results;
  if (!accepted([&] { results = reports::parse_gate_results(bytes, "results"); })) return false;
  try {
    reports::gate_text(results);
    reports::gate_page(results);
    reports::gate_junit(results);
    reports::gate_annotations(results, true);
    regression::history_entry(results);
  } catch (const nlohmann::json::exception&) {
    return false;
  }
  return true;
}

}  // namespace tandem::fuzz
