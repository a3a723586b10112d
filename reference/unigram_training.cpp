#include "reference/unigram_training.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace tandem::unigram {
namespace {

/// The end of the character that begins at `begin`.
std::size_t end_of_character(std::string_view text, std::size_t begin) {
  std::size_t end = begin + 1;
  while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) ++end;
  return end;
}

}  // namespace

std::vector<Candidate> candidates_by_counting(std::string_view text, const TrainingOptions& options) {
  struct Count {
    std::size_t begins = 0;
    std::string without_last{};  // character
  };
  std::set<std::string> characters;
  std::map<std::string, Count> counts;
  for (std::size_t begin = 0; begin < text.size(); begin = end_of_character(text, begin)) {
    const std::size_t line_end = begin + end_of_line(text.substr(begin), 0);
    characters.emplace(text.substr(begin, end_of_character(text, begin) - begin));
    std::string piece;
    for (std::size_t at = begin; at < line_end;) {
      const std::size_t end = end_of_character(text, at);
      if (end - begin > options.longest) break;
      if (options.within_words && at > begin && (text[at] == ' ' || text[at] == '\n')) break;
      Count& count = counts[std::string(text.substr(begin, end - begin))];
      ++count.begins;
      count.without_last = piece;
      piece = text.substr(begin, end - begin);
      at = end;
    }
  }
  std::set<std::string> contained;  // in one that is as frequent
  for (const auto& [piece, count] : counts) {
    const auto shorter = counts.find(count.without_last);
    if (shorter != counts.end() && shorter->second.begins == count.begins) contained.insert(count.without_last);
  }
  std::vector<Candidate> found;
  for (const auto& [piece, count] : counts) {
    if (count.begins > 1 && !contained.contains(piece) && !characters.contains(piece)) {
      found.push_back({.piece = piece, .count = count.begins});
    }
  }
  std::ranges::stable_sort(found, std::ranges::greater(),
                           [](const Candidate& one) { return one.count * one.piece.size(); });
  if (found.size() > options.candidates) found.resize(options.candidates);
  std::vector<Candidate> all;
  for (const std::string& character : characters) all.push_back({.piece = character, .count = 1});
  all.insert(all.end(), found.begin(), found.end());
  return all;
}

}  // namespace tandem::unigram
