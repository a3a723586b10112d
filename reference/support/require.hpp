// The sentence with which bad input is refused.
#pragma once

#include <locale>
#include <sstream>
#include <stdexcept>

namespace tandem {

/// Throws std::invalid_argument with the sentence that the parts make together, words and whole numbers, unless
/// `holds`. The sentence is not put together before: input is looked at in every call, and to allocate a dozen strings
/// would take longer than the smallest answers do.
template <class... Parts>
void require(bool holds, const Parts&... parts) {
  if (holds) return;
  std::ostringstream sentence;
  sentence.imbue(std::locale::classic());
  (sentence << ... << parts);
  throw std::invalid_argument(sentence.str());
}

}  // namespace tandem
