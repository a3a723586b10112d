// Input projections of many steps at once: one matrix product.
#pragma once

#include <algorithm>
#include <cstddef>

#include "impl/support/parallel.hpp"
#include "reference/rnn/projected.hpp"

namespace tandem::rnn {

/// out[row] = W x[row] + b for `rows` consecutive rows, with Eigen's matrix product at the SIMD level in use.
void project_eigen(const Projection& projection, const float* x, std::size_t rows, float* out);

/// Rows per chunk: their features and results stay in the second-level cache, and the packing of W is paid for.
inline constexpr std::size_t projected_rows = 256;

/// The same in chunks, as the execution says.
inline void project(const Execution& execution, const Projection& projection, const float* x, std::size_t rows,
                    float* out) {
  for_each_chunk(execution, rows, projected_rows, [&](std::size_t begin, std::size_t end) {
    project_eigen(projection, x + begin * projection.inputs, end - begin, out + begin * projection.outputs);
  });
}

}  // namespace tandem::rnn
