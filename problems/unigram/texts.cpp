#include "problems/unigram/texts.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <utility>

#include "impl/support/random.hpp"

namespace tandem::unigram {

std::string excerpt(const std::string& text, std::size_t size, std::uint64_t seed) {
  if (size == 0) size = text.size();
  std::size_t begin = text.find('\n', random_bits(seed, 0) % text.size());
  begin = begin == std::string::npos ? 0 : begin + 1;
  std::string result = text.substr(begin) + text.substr(0, begin);
  while (result.size() < size) result += result;
  return result.substr(0, std::max<std::size_t>(1, result.rfind('\n', size - 1) + 1));
}

std::string one_line(const std::string& text, std::size_t size, std::uint64_t seed) {
  std::string line = excerpt(text, 0, seed);
  std::ranges::replace(line, '\n', ' ');
  while (line.size() < size) line += line;
  line.resize(size);
  return line;
}

std::string short_lines(const std::string& text, std::size_t size, std::uint64_t seed) {
  std::string lines = one_line(text, size, seed);
  for (std::size_t i = 0; i < size; i += 1 + random_bits(seed, i, 4) % 9) lines[i] = '\n';
  return lines;
}

std::string random_bytes(std::size_t size, std::uint64_t seed) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(random_bits(seed, i, 3));
  return text;
}

std::string random_words(std::size_t count, std::uint64_t seed) {
  constexpr std::array words = {"the ",         "cat", "\xE4\xB8\xAD\xE6\x96\x87", "a", "\n", "\xC3\xA9 ",
                                "\xE4\xB8\xAD", "aa"};
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += words[random_bits(seed, i, 6) % words.size()];
  return text;
}

std::vector<std::string> random_prompts(const std::string& text, std::size_t count, std::uint64_t seed) {
  std::vector<std::string> prompts;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t end = random_bits(seed, i, 5) % (text.size() + 1);
    const std::size_t size = std::min<std::size_t>(end, 200);
    prompts.push_back(text.substr(end - size, size));
  }
  return prompts;
}

std::vector<std::string> random_prefixes(const std::vector<std::string>& pieces, std::size_t count,
                                         std::uint64_t seed) {
  std::vector<std::string> prefixes;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string& piece = pieces[random_bits(seed, i) % pieces.size()];
    prefixes.push_back(piece.substr(0, random_bits(seed, i, 1) % (piece.size() + 1)));
    if (random_bits(seed, i, 2) % 4 == 0) prefixes.back() += "zq";  // none has it
  }
  return prefixes;
}

Vocabulary runs() {
  std::vector<std::string> pieces;
  std::vector<double> scores;
  for (std::size_t size = 1; size <= 36; ++size) {
    pieces.emplace_back(size, 'a');
    scores.push_back(-10.0 / static_cast<double>(size + 1));
  }
  return make_vocabulary(std::move(pieces), std::move(scores));
}

VocabularyAndText random_vocabulary_and_text(std::size_t count, std::uint64_t seed) {
  const auto pick = [&](std::uint64_t item, std::uint64_t step, std::uint64_t choices) {
    return random_bits(seed, item, step) % choices;
  };
  const std::string_view letters = "abc\n\xE4\x00";
  const std::size_t used = 2 + pick(count, 0, 5);
  std::set<std::string> seen;
  std::vector<std::string> pieces;
  std::vector<double> scores;
  const std::uint64_t longest = pick(count, 1, 3) == 0 ? 12 : 4;
  for (std::uint64_t item = 0; item < 3 + count / 2; ++item) {
    std::string piece;
    const std::uint64_t size = 1 + pick(item, 2, longest);
    for (std::uint64_t i = 0; i < size; ++i) piece.push_back(letters[pick(item, 10 + i, used)]);
    if (!seen.insert(piece).second) continue;
    pieces.push_back(piece);
    scores.push_back(-static_cast<double>(pick(item, 3, 4)) * (count % 2 == 0 ? 1 : 0.3));  // ties
  }
  std::string text(20 * count, '\0');
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = letters[pick(i, 4, used)];
  return {make_vocabulary(std::move(pieces), std::move(scores)), std::move(text)};
}

}  // namespace tandem::unigram
