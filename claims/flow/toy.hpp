// The two-dimensional toy of the paper, its flow, and its reflow, for the experiments about couplings.
#pragma once

#include <cstddef>
#include <cstdint>

#include "claims/flow/support.hpp"

namespace tandem::claims {

struct Toy {
  flow::Points<float> noise, data;
  flow::BatchField field = flow::mixture_field(flow::three_modes_of_data(), flow::three_modes_of_noise());

  Toy(std::size_t count, std::uint64_t seed)
      : noise(flow::draw(flow::three_modes_of_noise(), seed, count)),
        data(flow::draw(flow::three_modes_of_data(), seed + 5, count)) {}

  flow::Flowed flowed(std::size_t steps) const {
    return flow::flow(field, noise, 0, steps, flow::Scheme::runge_kutta_4, suite::all_cores());
  }
};

/// The pairs of a flow, fitted again without parameters and followed from other noise.
struct Reflowed {
  flow::Points<float> noise, data;  ///< pairs so far
  double bandwidth;

  flow::Flowed test(const flow::Points<float>& starts) const {
    return flow::flow(flow::paired_field(data, noise, bandwidth), starts, 0, 25, flow::Scheme::euler,
                      suite::all_cores());
  }
  flow::Flowed again() {
    flow::Flowed next = test(noise);
    data = next.ends;
    return next;
  }
};

}  // namespace tandem::claims
