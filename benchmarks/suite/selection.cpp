#include "benchmarks/suite/selection.hpp"

#include <stdexcept>

#include "benchmarks/suite/filter.hpp"

namespace tandem::suite {

std::string row_name(const AnyMethod& method, std::size_t variant, std::size_t workload) {
  return method.name + "/" + method.variants[variant].name + "/" + method.workloads[workload].name;
}

std::vector<SelectedWorkload> select(const SelectionOptions& options) {
  const auto matches = filter_of(options.filter);
  std::vector<SelectedWorkload> selected;
  bool matched_slow = false;
  for (const auto& method : methods()) {
    if (method->hidden && !options.hidden) continue;
    for (std::size_t workload = 0; workload < method->workloads.size(); ++workload) {
      SelectedWorkload candidate{method.get(), workload, {}};
      for (std::size_t variant = 0; variant < method->variants.size(); ++variant) {
        if (matches(row_name(*method, variant, workload))) candidate.variants.push_back(variant);
      }
      if (candidate.variants.empty()) continue;
      if (options.full || candidate.card().quick) {
        selected.push_back(std::move(candidate));
      } else {
        matched_slow = true;
      }
    }
  }
  if (selected.empty()) {
    throw std::invalid_argument("the filter '" + options.filter + "' matches no " +
                                (matched_slow ? "quick row; try --full" : "method/variant/workload; see tandem list"));
  }
  return selected;
}

}  // namespace tandem::suite
