// A text in blocks of whole lines, and what threads make of them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

#include "impl/support/parallel.hpp"
#include "reference/unigram.hpp"

namespace tandem::unigram {

/// Bytes of a block: what is kept for each of them should stay in the second-level cache.
constexpr std::size_t block_bytes = std::size_t{1} << 14;

/// The first line end at or behind block_bytes. A longer line makes a longer block.
inline std::size_t end_of_block(std::string_view text, std::size_t begin) {
  if (text.size() - begin <= block_bytes) return text.size();
  std::size_t end = begin + block_bytes;
  // Inside a run of line breaks the line is not over: the search begins before it.
  return end_of_line(text, end - 1);
}

/// Calls body(begin, end, output) for every block of the text, where `output` is the block's own; then
/// append(output) for one after the other.
template <class Scheduler, class Output, class Body, class Append>
void for_each_block(std::string_view text, const Execution& execution, Body&& body, Append&& append) {
  if constexpr (std::is_same_v<Scheduler, Sequential>) {
    Output output{};
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = end_of_block(text, begin);
      body(begin, end, output);
      append(output);
      begin = end;
    }
  } else {
    std::vector<std::size_t> bounds{0};
    while (bounds.back() < text.size()) bounds.push_back(end_of_block(text, bounds.back()));
    std::vector<Output> outputs(bounds.size() - 1);
    Scheduler::for_each_chunk(execution, outputs.size(), 1, [&](std::size_t first, std::size_t last) {
      for (std::size_t i = first; i < last; ++i) body(bounds[i], bounds[i + 1], outputs[i]);
    });
    for (Output& output : outputs) append(output);
  }
}

/// Calls body(block, position, part) for every block, which begins at that position of the text, and puts the parts
/// together.
template <class Scheduler, class Body>
void tokens_of_blocks(std::string_view text, const Execution& execution, Tokens& tokens, Body&& body) {
  tokens.clear();
  for_each_block<Scheduler, Tokens>(
      text, execution,
      [&](std::size_t begin, std::size_t end, Tokens& part) {
        part.clear();
        body(text.substr(begin, end - begin), begin, part);
      },
      [&](const Tokens& part) { tokens.insert(tokens.end(), part.begin(), part.end()); });
}

/// At least `size` elements that need no values.
template <class T>
T* room(std::vector<T>& buffer, std::size_t size) {
  if (buffer.size() < size) buffer.resize(std::max(size, block_bytes + block_bytes / 4));
  return buffer.data();
}

}  // namespace tandem::unigram
