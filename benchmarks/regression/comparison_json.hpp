// What the gate found, as the JSON that its reports and the history read.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "benchmarks/regression/comparison.hpp"
#include "benchmarks/suite/machine.hpp"

namespace tandem::regression {

/// The version of the shape of this JSON; `"schema": "tandem gate"` says that it is one.
inline constexpr int gate_schema = 1;

/// What the gate knows beside the comparison itself.
struct GateRun {
  std::string command{};
  std::string started{};  ///< UTC, ISO 8601
  double seconds = 0;
  std::string base_name{};  ///< a revision, say
  std::string head_name{};
  bool margin_given = false;
  double error = 0;
  suite::MachineCard machine;
};

nlohmann::ordered_json to_json(const Comparison& comparison, const GateRun& run);

/// Machines with the same fingerprint are taken for the same one: a hash of processor, cores, memory in GB, system and
/// SIMD target.
std::string fingerprint(const suite::MachineCard& machine);

}  // namespace tandem::regression
