// Records as tables: what a reader sees of them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "claims/attention/extrapolation.hpp"
#include "claims/suite/paired.hpp"

namespace tandem::claims {

/// What a configuration gains over another, by seeds that both have: percentage points of accuracy of the last segment.
/// multiple: index into `multiples`.
Paired gain_of(const std::vector<Record>& with, const std::vector<Record>& without, std::size_t multiple);

/// "+3.1 +- 0.8 points, 14 of 16 seeds".
std::string text_of(const Paired& gain);

/// By configuration, in the order of configurations(), the records that are there.
std::string table_of(const Plan& plan, const std::vector<std::vector<Record>>& records);

}  // namespace tandem::claims
