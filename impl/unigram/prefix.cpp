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

}  // namespace tandem::unigram
