#include "reference/unigram/continuation.hpp"

#include <algorithm>
#include <stdexcept>

namespace tandem::unigram {

std::size_t begin_of_last_line(std::string_view text) {
  for (std::size_t at = text.size(); at-- > 1;) {
    if (text[at] != '\n' && text[at - 1] == '\n') return at;
  }
  return 0;
}

void require_steps(std::size_t most) {
  if (most < 1) throw std::invalid_argument("no piece is taken back: it must be 1 or more");
}

std::vector<Continuation> continuations(const Reference& reference, std::string_view text, std::size_t most) {
  require_steps(most);
  const std::string_view line = text.substr(begin_of_last_line(text));
  const Tokens tokens = reference.decode(line);
  std::vector<Continuation> all;
  Continuation one;
  while (one.taken_back < std::min(most, tokens.size())) {
    ++one.taken_back;
    one.rest = reference.vocabulary().pieces[tokens[tokens.size() - one.taken_back]] + one.rest;
    one.next = with_prefix(reference.vocabulary(), one.rest);
    if (!one.next.empty()) all.push_back(one);
  }
  return all;
}

}  // namespace tandem::unigram
