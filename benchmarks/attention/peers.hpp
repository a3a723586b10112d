// Other people's attention as variants of every method of attention.
#pragma once

#include <vector>

#include "benchmarks/suite/registry.hpp"
#include "reference/attention/attention.hpp"

namespace tandem::attention {

/// Those that are here; of others the program says that they are missing. They answer with outputs alone.
std::vector<suite::Variant<Problem, Answer>> peers();

}  // namespace tandem::attention
