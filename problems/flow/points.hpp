// Seeded points and laws for the flows: noise, data of several kinds, and the mixtures whose flow is known exactly.
#pragma once

#include <cstddef>
#include <cstdint>

#include "reference/flow/fields.hpp"
#include "reference/flow/flow.hpp"

namespace tandem::flow {

/// `count` standard normal points. Coordinate j of point i is a function of (seed, i, j) alone, so that a sample has
/// the same noise whatever else is generated, by however many threads, in whatever order.
Points<float> noise(std::uint64_t seed, std::size_t count, std::size_t dimension);

/// Points around 8 centres, 0.3 wide, the centres normal and 1 wide: unit size in every coordinate, and clusters, as
/// real data have them.
Points<float> clustered(std::uint64_t seed, std::size_t count, std::size_t dimension);

/// Directions of length 1, independent and uniform.
Points<float> directions(std::uint64_t seed, std::size_t count, std::size_t dimension);

/// The two-dimensional toy of arXiv 2209.03003: three modes to three modes at distance 10 from the origin, variance
/// 0.3, those of the noise turned by 60 degrees.
Mixture three_modes_of_data();
Mixture three_modes_of_noise();

/// Draws from a mixture; point i is a function of (seed, i).
Points<float> draw(const Mixture& mixture, std::uint64_t seed, std::size_t count);

/// k components at random: weights within [0.5, 1.5), means normal and 3 wide, variances within [0.1, 1.1).
Mixture random_mixture(std::uint64_t seed, std::size_t components, std::size_t dimension);

}  // namespace tandem::flow
