// Real data for the flows, which problems/flow/fetch.sh brings. Where a file is absent there is nothing, and absences()
// says so.
#pragma once

#include <optional>

#include "reference/flow/flow.hpp"

namespace tandem::flow {

/// 1,797 images of handwritten digits, each of 8 x 8 pixels from 0 to 16 (python3-sklearn).
std::optional<Points<float>> digits();

/// Longitude and latitude in degrees of 3,376 airports in the United States (vega-datasets).
std::optional<Points<float>> airports();

/// Shifted and scaled, all coordinates by the same factor, to the size of the noise: mean 0, mean square 1.
Points<float> standardised(Points<float> points);

}  // namespace tandem::flow
