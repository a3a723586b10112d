// Attention as an ONNX model of one node, for ONNX Runtime.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "reference/attention/attention.hpp"

namespace tandem::attention {

/// The operator of ONNX Runtime (domain com.microsoft) that is fastest for the problem.
enum class OnnxOperator {
  multi_head,   ///< MultiHeadAttention: every query sees every key
  group_query,  ///< GroupQueryAttention: causal, perhaps within a window
};
OnnxOperator onnx_operator(const Problem& problem);

/// Why neither operator takes the problem, or nothing.
std::optional<std::string> onnx_unsuited(const Problem& problem);

/// The model, serialised. Inputs Q, K, V: heads x n x d, since heads in the place of the batch lie as ours do and
/// nothing has to be transposed; of group_query also `last` (int32, one a head: n - 1) and `total` (int32: n), which
/// say that nothing is cached. Output O. Before September 2025 a query's own place did not count among the keys of a
/// window.
std::string onnx_model(const Problem& problem, bool own_place_counts = true);

}  // namespace tandem::attention
