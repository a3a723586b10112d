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
constexpr std::size_t block_bytes = std::size_t{1} << 12;

/// The first line end at or behind block_bytes. A longer line makes a longer block.
inline std::size_t end_of_block(std::string_view text, std::size_t begin) {
  if (text.size() - begin <= block_bytes) return text.size();
  std::size_t end = begin + block_bytes;
  // Inside a run of line breaks the line is not over: the search begins before it.
  return end_of_line(text, end - 1);
}

// What comes out of a block: the tokens of one segmentation, or of each of several.
inline void clear(Tokens& whole) { whole.clear(); }
inline void append(const Tokens& part, Tokens& whole) { whole.insert(whole.end(), part.begin(), part.end()); }

inline void clear(std::vector<Tokens>& whole) {
  for (Tokens& tokens : whole) tokens.clear();
}
inline void append(const std::vector<Tokens>& part, std::vector<Tokens>& whole) {
  for (std::size_t i = 0; i < whole.size(); ++i) append(part[i], whole[i]);
}

/// Calls body(block, position, part) for every block, which begins at that position of the text, and which appends its
/// tokens to `part`. All of them in order replace what was in `whole`: with threads they are put together in the end.
template <class Scheduler, class Output, class Body>
void tokens_of_blocks(std::string_view text, const Execution& execution, Output& whole, Body&& body) {
  clear(whole);
  if constexpr (std::is_same_v<Scheduler, Sequential>) {
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = end_of_block(text, begin);
      body(text.substr(begin, end - begin), begin, whole);
      begin = end;
    }
  } else {
    std::vector<std::size_t> bounds{0};
    while (bounds.back() < text.size()) bounds.push_back(end_of_block(text, bounds.back()));
    std::vector<Output> parts(bounds.size() - 1);
    Scheduler::for_each_chunk(execution, parts.size(), 1, [&](std::size_t first, std::size_t last) {
      for (std::size_t i = first; i < last; ++i) {
        body(text.substr(bounds[i], bounds[i + 1] - bounds[i]), bounds[i], parts[i]);
      }
    });
    for (const Output& part : parts) append(part, whole);
  }
}

/// At least `size` elements that need no values.
template <class T>
T* room(std::vector<T>& buffer, std::size_t size) {
  if (buffer.size() < size) buffer.resize(std::max(size, block_bytes + block_bytes / 4));
  return buffer.data();
}

}  // namespace tandem::unigram
