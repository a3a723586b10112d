// Which rows a FILTER means: a regular expression over "method/variant/workload", as in Google Benchmark.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "benchmarks/suite/registry.hpp"

namespace tandem::suite {

/// The selected variants of one workload, in the order of the method's table.
struct SelectedWorkload {
  const AnyMethod* method;
  std::size_t workload;
  std::vector<std::size_t> variants;

  const WorkloadCard& card() const { return method->workloads[workload]; }
};

struct SelectionOptions {
  std::string filter;   ///< empty: everything
  bool full = false;    ///< also the workloads that are not quick
  bool hidden = false;  ///< also hidden methods
};

/// Workloads of which at least one row matches. Throws std::invalid_argument for a filter that is no regular expression
/// or that matches nothing.
std::vector<SelectedWorkload> select(const SelectionOptions& options);

/// "method/variant/workload", the name of a row without its thread count.
std::string row_name(const AnyMethod& method, std::size_t variant, std::size_t workload);

}  // namespace tandem::suite
