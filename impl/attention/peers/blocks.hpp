// Queries of one head that are given to a library together, and the keys that any of them sees.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "reference/attention/attention.hpp"

namespace tandem::attention {

struct Block {
  std::size_t first;
  std::size_t count;
  Span keys;
};

/// The queries `count` by `count`.
inline std::vector<Block> blocks_of(const Problem& problem, std::size_t count) {
  const std::size_t queries = problem.shape.queries;
  std::vector<Block> blocks;
  for (std::size_t first = 0; first < queries; first += count) {
    const std::size_t last = std::min(first + count, queries);
    blocks.push_back({first, last - first, {visible(problem, first).first, visible(problem, last - 1).last}});
  }
  return blocks;
}

/// A number for every query of every block with each of the block's keys, one block behind the other: `seen` where the
/// query sees the key, `hidden` elsewhere.
template <class Number>
std::vector<Number> masks_of(const Problem& problem, const std::vector<Block>& blocks, Number seen, Number hidden) {
  std::vector<Number> masks;
  for (const Block& block : blocks) {
    for (std::size_t query = block.first; query < block.first + block.count; ++query) {
      const Span span = visible(problem, query);
      for (std::size_t key = block.keys.first; key < block.keys.last; ++key) {
        masks.push_back(key >= span.first && key < span.last ? seen : hidden);
      }
    }
  }
  return masks;
}

}  // namespace tandem::attention
