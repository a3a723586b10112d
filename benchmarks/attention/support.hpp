// What the methods of attention share: tolerances, certificate, work, variants.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "benchmarks/suite/registry.hpp"
#include "reference/attention/attention.hpp"

namespace tandem::attention {

using Workload = suite::Workload<Problem>;

/// How far answers in float may be from the exact ones; derived in support.cpp.
struct Tolerance {
  double output;
  double entropy;
};
Tolerance tolerance_of(const Problem& problem);

/// What is wrong with the outputs of some rows, computed once more in double; nothing is said of entropies.
std::optional<std::string> output_certificate(const Problem& problem, const Answer& answer);

/// A workload whose size is the number of multiply-adds of one product: pairs x width.
/// `change` may add to the seeded problem of that shape and mask.
Workload workload(const std::string& name, bool quick, const Shape& shape, const Mask& mask, bool fitted = false,
                  const std::function<void(Problem&, std::uint64_t seed)>& change = nullptr);

/// The method with all variants, awkward problems, comparison, certificate and work.
suite::Method<Problem, Answer> method(const std::string& name, const std::string& summary, const std::string& source,
                                      std::vector<Workload> workloads, suite::Headline headline);

}  // namespace tandem::attention
