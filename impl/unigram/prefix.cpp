#include <algorithm>

#include "impl/unigram/unigram.hpp"

namespace tandem::unigram {

PrefixIndex::PrefixIndex(const Vocabulary& vocabulary)
    : vocabulary_(vocabulary), sorted_(with_prefix(vocabulary, "")) {}

std::span<const std::uint32_t> PrefixIndex::find(std::string_view prefix) const {
  const auto head = [&](std::uint32_t token) {
    return std::string_view(vocabulary_.pieces[token]).substr(0, prefix.size());
  };
  return {std::ranges::lower_bound(sorted_, prefix, {}, head), std::ranges::upper_bound(sorted_, prefix, {}, head)};
}

void continuations(const Tables& tables, const PrefixIndex& index, std::string_view text, std::size_t most,
                   std::vector<Continuation>& answer) {
  require_steps(most);
  const Vocabulary& vocabulary = tables.vocabulary();
  thread_local Tokens tokens;
  decode(tables, text.substr(begin_of_last_line(text)), tokens, {});
  answer.clear();
  std::size_t size = 0;
  for (std::size_t taken_back = 1; taken_back <= std::min(most, tokens.size()); ++taken_back) {
    size += vocabulary.pieces[tokens[tokens.size() - taken_back]].size();
    if (size > vocabulary.longest) return;
    const std::string_view rest = text.substr(text.size() - size);
    const std::span<const std::uint32_t> found = index.find(rest);
    if (found.empty()) continue;
    answer.push_back({.taken_back = taken_back, .rest = std::string(rest), .next = {found.begin(), found.end()}});
  }
}

}  // namespace tandem::unigram
