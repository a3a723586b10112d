#include "impl/language_model/training/tokenizer.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace tandem::language_model {
namespace {

constexpr std::size_t special_pieces = 3 + 256;

/// A word as the pieces that it consists of so far, and how often it occurs.
struct Word {
  std::vector<std::string> pieces;
  std::uint64_t count;
};

/// The UTF-8 character that begins at `at`; a stray byte counts as one.
std::string_view character(std::string_view text, std::size_t at) {
  std::size_t size = 1;
  while (size < 4 && at + size < text.size() && (static_cast<unsigned char>(text[at + size]) & 0xC0) == 0x80) ++size;
  return text.substr(at, size);
}

/// Words with the space before them; the first of a line counts as if it had one, as `Encoder` gives it to a text.
std::map<std::string, std::uint64_t> words_of(std::string_view text) {
  std::map<std::string, std::uint64_t> words;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find_first_of(" \n", at), text.size());
    if (end > at) ++words[" " + std::string(text.substr(at, end - at))];
    at = end + 1;
  }
  return words;
}

std::vector<std::string> frequent_characters(const std::map<std::string, std::uint64_t>& words, std::size_t most) {
  std::map<std::string, std::uint64_t> counts;
  for (const auto& [word, count] : words) {
    for (std::size_t at = 0; at < word.size(); at += character(word, at).size()) {
      counts[std::string(character(word, at))] += count;
    }
  }
  std::vector<std::pair<std::string, std::uint64_t>> sorted(counts.begin(), counts.end());
  std::ranges::stable_sort(sorted, std::greater{}, [](const auto& entry) { return entry.second; });
  std::vector<std::string> characters;
  for (std::size_t i = 0; i < std::min(most, sorted.size()); ++i) characters.push_back(sorted[i].first);
  return characters;
}

/// The words as characters. Rare characters are left out and what stands around them is taken apart there.
std::vector<Word> split(const std::map<std::string, std::uint64_t>& words, const std::set<std::string>& known) {
  std::vector<Word> parts;
  for (const auto& [word, count] : words) {
    parts.push_back({.pieces = {}, .count = count});
    for (std::size_t at = 0; at < word.size(); at += character(word, at).size()) {
      const std::string one(character(word, at));
      if (known.contains(one)) {
        parts.back().pieces.push_back(one);
      } else {
        parts.push_back({.pieces = {}, .count = count});
      }
    }
  }
  return parts;
}

/// The most frequent neighbours, joined; of equals the first in the alphabet. Empty if no word has two pieces.
std::string best_merger(const std::vector<Word>& words) {
  std::unordered_map<std::string, std::uint64_t> counts;
  for (const Word& word : words) {
    for (std::size_t i = 0; i + 1 < word.pieces.size(); ++i) counts[word.pieces[i] + word.pieces[i + 1]] += word.count;
  }
  std::string best;
  std::uint64_t most = 0;
  for (const auto& [piece, count] : counts) {
    if (count > most || (count == most && piece < best)) {
      best = piece;
      most = count;
    }
  }
  return best;
}

void merge(std::vector<std::string>& pieces, const std::string& merger) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < pieces.size(); ++i, ++kept) {
    if (i + 1 < pieces.size() && pieces[i].size() + pieces[i + 1].size() == merger.size() &&
        merger.starts_with(pieces[i]) && merger.ends_with(pieces[i + 1])) {
      pieces[kept] = merger;
      ++i;
    } else if (kept != i) {
      pieces[kept] = std::move(pieces[i]);
    }
  }
  pieces.resize(kept);
}

}  // namespace

Tokenizer train_tokenizer(std::string_view text, std::size_t vocabulary) {
  if (vocabulary <= special_pieces) {
    throw std::invalid_argument("a vocabulary of " + std::to_string(vocabulary) +
                                " has no room for pieces: the bytes alone are " + std::to_string(special_pieces));
  }
  Tokenizer tokenizer{.pieces = {"<unk>", "<s>", "</s>"}, .scores = std::vector<float>(special_pieces)};
  for (int byte = 0; byte < 256; ++byte) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    tokenizer.pieces.push_back(
        {'<', '0', 'x', digits[static_cast<std::size_t>(byte / 16)], digits[static_cast<std::size_t>(byte % 16)], '>'});
  }
  const auto add = [&tokenizer](const std::string& piece) {
    tokenizer.pieces.push_back(piece);
    tokenizer.scores.push_back(-static_cast<float>(tokenizer.pieces.size() - special_pieces));
  };

  const auto words = words_of(text);
  const std::vector<std::string> characters = frequent_characters(words, (vocabulary - special_pieces + 1) / 2);
  std::vector<Word> parts = split(words, {characters.begin(), characters.end()});
  std::set<std::string> mergers;
  while (special_pieces + mergers.size() + characters.size() < vocabulary) {
    const std::string merger = best_merger(parts);
    if (merger.empty()) break;
    if (mergers.insert(merger).second) add(merger);  // two ways to the same piece: it is merged again
    for (Word& word : parts) merge(word.pieces, merger);
  }
  for (const std::string& one : characters) add(one);
  return tokenizer;
}

}  // namespace tandem::language_model
