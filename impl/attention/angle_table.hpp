// Fast variants of RoPE's table. Definition: reference/attention/angle_table.hpp.
#pragma once

#include "impl/support/execution.hpp"
#include "reference/attention/angle_table.hpp"

namespace tandem::attention {

/// As libraries do it: angle, cosine and sine in float. Wrong by about 2^-24 times the position.
void angles_float(const AngleProblem& problem, AngleAnswer& answer, const Execution& execution);

/// Two small tables in double and the addition theorem: right to a float's last place.
void angles_simd(const AngleProblem& problem, AngleAnswer& answer, const Execution& execution);

}  // namespace tandem::attention
