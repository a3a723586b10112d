// A text in blocks of whole lines, and what threads make of them.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "impl/support/parallel.hpp"
#include "impl/unigram/automaton/automaton.hpp"
#include "reference/unigram/unigram.hpp"

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
template <class Output, class Body>
void tokens_of_blocks(std::string_view text, const Execution& execution, Output& whole, Body&& body) {
  clear(whole);
  // Of a single block a thread would only keep its memory.
  if (execution.scheduler == Scheduler::sequential || end_of_block(text, 0) == text.size()) {
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = end_of_block(text, begin);
      body(text.substr(begin, end - begin), begin, whole);
      begin = end;
    }
  } else {
    std::vector<std::size_t> bounds{0};
    while (bounds.back() < text.size()) bounds.push_back(end_of_block(text, bounds.back()));
    std::vector<Output> parts(bounds.size() - 1);
    for_each_chunk(execution, parts.size(), 1, [&](std::size_t first, std::size_t last) {
      for (std::size_t i = first; i < last; ++i) {
        body(text.substr(bounds[i], bounds[i + 1] - bounds[i]), bounds[i], parts[i]);
      }
    });
    for (const Output& part : parts) append(part, whole);
  }
}

/// Lines of a block, whose tokens are found from the end to the beginning.
struct Lane {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::uint32_t* token = nullptr;  ///< the first one found so far
  std::uint32_t* stop = nullptr;
};
using Lanes = std::array<Lane, 8>;

/// The block in parts of about the same size; the buffer has room for a token per byte.
inline Lanes lanes_of(std::string_view block, std::uint32_t* buffer) {
  Lanes lanes;
  for (std::size_t i = 0, begin = 0; i < lanes.size() && begin < block.size(); ++i) {
    const std::size_t wanted = block.size() * (i + 1) / lanes.size();
    const std::size_t end = i + 1 == lanes.size()
                                ? block.size()
                                : end_of_line(block, std::max(begin, std::max<std::size_t>(wanted, 1) - 1));
    lanes[i] = {.begin = begin, .end = end, .token = buffer + end, .stop = buffer + end};
    begin = end;
  }
  return lanes;
}

/// Appends a block's tokens, where last_piece(i) is the one that ends at position i. A piece waits for the one behind
/// it, so that several lines are read side by side. The buffer has room for a token per byte.
template <class LastPiece>
void append_backwards(std::string_view block, std::uint32_t* buffer, Tokens& tokens, LastPiece&& last_piece) {
  Lanes lanes = lanes_of(block, buffer);
  for (bool more = true; more;) {
    more = false;
    for (Lane& lane : lanes) {
      if (lane.end == lane.begin) continue;
      const Piece piece = last_piece(lane.end);
      *--lane.token = piece.token;
      lane.end -= piece.length;
      more = true;
    }
  }
  for (const Lane& lane : lanes) tokens.insert(tokens.end(), lane.token, lane.stop);
}

/// At least `size` elements that need no values.
template <class T>
T* room(std::vector<T>& buffer, std::size_t size) {
  if (buffer.size() < size) buffer.resize(std::max(size, block_bytes + block_bytes / 4));
  return buffer.data();
}

}  // namespace tandem::unigram
