// Candidates: the suffixes of the text are sorted, and neighbours in the sorted order share repeated substrings.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <numeric>
#include <set>

#include "impl/unigram/training.hpp"

namespace tandem::unigram {
namespace {

bool begins_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; }

/// How many bytes a piece that begins at each position may have.
std::vector<std::uint8_t> room_of(std::string_view text, const TrainingOptions& options) {
  const std::size_t longest = std::min(options.longest, longest_allowed);
  std::vector<std::uint8_t> room(text.size());
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = end_of_line(text, begin);
    for (std::size_t at = begin; at < end; ++at) {
      std::size_t limit = std::min(end, at + longest);
      if (options.within_words) limit = std::min(limit, std::min(text.find_first_of(" \n", at + 1), end));
      room[at] = static_cast<std::uint8_t>(limit - at);
    }
    begin = end;
  }
  return room;
}

std::size_t common(std::string_view text, std::size_t a, std::size_t b, std::size_t limit) {
  std::size_t size = 0;
  while (size < limit && text[a + size] == text[b + size]) ++size;
  return size;
}

/// The part of a substring that consists of whole characters.
std::size_t whole_characters(std::string_view text, std::size_t begin, std::size_t size) {
  while (size > 0 && begin + size < text.size() && !begins_character(text[begin + size])) --size;
  return size;
}

}  // namespace

std::vector<Candidate> candidates(std::string_view text, const TrainingOptions& options) {
  const std::vector<std::uint8_t> room = room_of(text, options);
  std::vector<std::uint32_t> suffixes;
  for (std::uint32_t at = 0; at < text.size(); ++at) {
    if (begins_character(text[at])) suffixes.push_back(at);
  }
  const auto piece = [&](std::uint32_t at) { return text.substr(at, room[at]); };
  std::ranges::sort(suffixes, [&](std::uint32_t a, std::uint32_t b) {
    const int order = piece(a).compare(piece(b));
    return order != 0 ? order < 0 : a < b;
  });

  // Neighbours that share `size` bytes form intervals, which nest: a stack holds those that are open.
  struct Interval {
    std::size_t first;
    std::size_t size;
  };
  std::vector<Candidate> found;
  const auto close = [&](const Interval& interval, std::size_t end, std::size_t parent_size) {
    const std::uint32_t begin = suffixes[interval.first];
    const std::size_t size = whole_characters(text, begin, interval.size);
    if (size > parent_size && size > 0) found.push_back({std::string(text.substr(begin, size)), end - interval.first});
  };
  std::vector<Interval> open{{0, 0}};
  for (std::size_t i = 1; i <= suffixes.size(); ++i) {
    const std::size_t shared = i == suffixes.size() ? 0
                                                    : common(text, suffixes[i - 1], suffixes[i],
                                                             std::min(room[suffixes[i - 1]], room[suffixes[i]]));
    std::size_t first = i - 1;
    while (open.back().size > shared) {
      const Interval interval = open.back();
      open.pop_back();
      close(interval, i, std::max(open.back().size, shared));
      first = interval.first;
    }
    if (open.back().size < shared) open.push_back({first, shared});
  }

  // Every character, also those that occur once; then the substrings that cover most.
  std::set<std::string> singles;
  for (std::size_t begin = 0; begin < text.size();) {
    std::size_t end = begin + 1;
    while (end < text.size() && end - begin < 4 && !begins_character(text[end])) ++end;
    singles.insert(std::string(text.substr(begin, end - begin)));
    begin = end;
  }
  std::erase_if(found, [&](const Candidate& candidate) { return singles.contains(candidate.piece); });
  std::ranges::sort(found, [](const Candidate& a, const Candidate& b) {
    const std::size_t covered_a = a.count * a.piece.size();
    const std::size_t covered_b = b.count * b.piece.size();
    return covered_a != covered_b ? covered_a > covered_b : a.piece < b.piece;
  });
  if (found.size() > options.candidates) found.resize(options.candidates);
  std::vector<Candidate> all;
  for (const std::string& single : singles) all.push_back({single, 1});
  all.insert(all.end(), found.begin(), found.end());
  return all;
}

}  // namespace tandem::unigram
