#include "impl/unigram/normalizer.hpp"

#include <algorithm>

#include "impl/support/bytes.hpp"
#include "impl/unigram/files/sentencepiece.hpp"

namespace tandem::unigram {
namespace {

// A unit of the double array, as Darts-clone packs it (github.com/s-yata/darts-clone).
bool has_leaf(std::uint32_t unit) { return (unit >> 8 & 1) != 0; }
std::uint32_t value(std::uint32_t unit) { return unit & 0x7FFFFFFF; }
std::uint32_t label(std::uint32_t unit) { return unit & 0x800000FF; }
std::uint32_t offset(std::uint32_t unit) { return unit >> 10 << ((unit & 1U << 9) >> 6); }

}  // namespace

Normalizer::Normalizer(Settings settings)
    : kept_(std::move(settings.kept)),
      add_dummy_prefix_(settings.add_dummy_prefix),
      remove_extra_spaces_(settings.remove_extra_spaces),
      marks_spaces_(settings.marks_spaces),
      space_is_suffix_(settings.space_is_suffix) {
  std::ranges::sort(kept_);
  read_charsmap(settings.charsmap);
}

void Normalizer::read_charsmap(std::string_view bytes) {
  if (bytes.empty()) return;
  ByteReader reader(bytes, "the vocabulary's table of replacements");
  const auto size = reader.number<std::uint32_t>();
  if (size % sizeof(std::uint32_t) != 0) reader.refuse("has a double array of " + std::to_string(size) + " bytes");
  units_ = reader.numbers<std::uint32_t>(size / sizeof(std::uint32_t));
  texts_ = reader.take(reader.left());
  if (!texts_.empty() && texts_.back() != '\0') reader.refuse("ends within a text");
}

std::pair<std::size_t, std::string_view> Normalizer::replacement(std::string_view text) const {
  std::pair<std::size_t, std::string_view> longest{0, {}};
  if (units_.empty()) return longest;
  std::size_t at = offset(units_[0]);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    at ^= byte;
    if (at >= units_.size() || label(units_[at]) != byte) break;
    const std::uint32_t unit = units_[at];
    at ^= offset(unit);
    if (!has_leaf(unit) || at >= units_.size()) continue;
    const std::size_t begin = value(units_[at]);
    if (begin < texts_.size())
      longest = {i + 1, std::string_view(texts_).substr(begin, texts_.find('\0', begin) - begin)};
  }
  return longest;
}

std::pair<std::size_t, std::string_view> Normalizer::prefix(std::string_view text) const {
  std::size_t longest = 0;  // of those kept, which are few
  for (auto kept = std::ranges::lower_bound(kept_, text.substr(0, 1)); kept != kept_.end(); ++kept) {
    if (kept->front() != text.front()) break;
    if (text.starts_with(*kept)) longest = kept->size();  // in their order the longer one comes later
  }
  if (longest > 0) return {longest, text.substr(0, longest)};
  if (const auto found = replacement(text); found.first > 0) return found;
  const std::size_t size = utf8_size(text);
  if (size == 0) return {1, "\xEF\xBF\xBD"};
  return {size, text.substr(0, size)};
}

std::string Normalizer::normalized(std::string_view line) const {
  while (remove_extra_spaces_ && !line.empty()) {
    const auto [size, piece] = prefix(line);
    if (piece != " ") break;
    line.remove_prefix(size);
  }
  if (line.empty()) return {};
  std::string text;
  if (add_dummy_prefix_ && !space_is_suffix_) text = " ";
  bool behind_space = remove_extra_spaces_;
  while (!line.empty()) {
    auto [size, piece] = prefix(line);
    line.remove_prefix(size);
    while (behind_space && piece.starts_with(' ')) piece.remove_prefix(1);
    if (piece.empty()) continue;
    for (std::size_t i = 0; i < piece.size();) {
      const bool mark = marks_spaces_ && piece.substr(i).starts_with(space_mark);
      // A line of pieces is a line of the text.
      text.push_back(mark || piece[i] == '\n' ? ' ' : piece[i]);
      i += mark ? space_mark.size() : 1;
    }
    behind_space = remove_extra_spaces_ && piece.ends_with(' ');
  }
  if (remove_extra_spaces_) text.erase(text.find_last_not_of(' ') + 1);
  if (add_dummy_prefix_ && space_is_suffix_) text.push_back(' ');
  return text;
}

}  // namespace tandem::unigram
