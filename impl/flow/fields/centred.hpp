// Rows of data and points less a centre: what the empirical field does to them before and after its softmax.
#pragma once

#include <cstddef>
#include <span>

namespace tandem::flow {

/// out = row - centre for `count` rows.
void subtract_centre(const float* rows, std::size_t count, std::span<const float> centre, float* out);

/// |row - centre|^2 of `count` rows, in double of what subtract_centre makes of them.
void squared_lengths(const float* rows, std::size_t count, std::span<const float> centre, double* squares);

/// out = scale (x - factor centre), rounded once. Returns the square of x - factor centre.
double scale_difference(const float* x, std::span<const float> centre, double factor, double scale, float* out);

/// A point whose posterior mean less the centre is `mean`: makes of it the velocity (x - centre - mean) / t, rounded
/// once. Returns |x - (1 - t) (centre + mean)|^2.
double to_velocity(const float* x, std::span<const float> centre, double t, float* mean);

}  // namespace tandem::flow
