#include "impl/language_model/training/text.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>

#include "impl/language_model/training/training.hpp"
#include "impl/support/random.hpp"

namespace tandem::language_model {

std::pair<std::string_view, std::string_view> split_text(std::string_view text, double share) {
  const auto at = static_cast<std::size_t>((1 - share) * static_cast<double>(text.size()));
  const std::size_t line_break = text.find('\n', at);
  const std::size_t cut = line_break == std::string_view::npos ? text.size() : line_break + 1;
  return {text.substr(0, cut), text.substr(cut)};
}

TrainingText::TrainingText(std::string_view text, const Encoder& encoder) : bytes_(text.size()) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t line_break = text.find('\n', at);
    const std::size_t end = line_break == std::string_view::npos ? text.size() : line_break + 1;
    const std::string_view line = text.substr(at, end - at);
    lines_.push_back({.opening = encoder.encode(line, true, true), .following = encoder.encode(line, false, false)});
    token_count_ += lines_.back().following.size();
    at = end;
  }
  if (lines_.empty()) throw std::invalid_argument("there is no text to learn or to test with");
}

std::uint64_t TrainingText::fingerprint() const {
  std::uint64_t hash = 0xcbf29ce484222325;  // FNV-1a
  for (const Line& line : lines_) {
    for (const Token token : line.following) hash = (hash ^ static_cast<std::uint64_t>(token)) * 0x100000001b3;
  }
  return hash;
}

std::vector<std::size_t> TrainingText::window_starts(std::size_t length, std::uint64_t seed, std::size_t epoch) const {
  std::vector<std::size_t> starts;
  const std::size_t offset = random_bits(seed, epoch, 0) % lines_.size();
  std::size_t covered = 0;  // tokens since the window's begin
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    const std::size_t line = (offset + i) % lines_.size();
    const std::size_t size = lines_[line].following.size();
    if (starts.empty() || covered + size > length) {  // the next window begins with the line that this one cuts
      starts.push_back(line);
      covered = 0;
    }
    covered += size;
  }
  for (std::size_t i = starts.size(); i-- > 1;) std::swap(starts[i], starts[random_bits(seed, epoch, i) % (i + 1)]);
  return starts;
}

std::vector<Token> TrainingText::window(std::size_t line, std::size_t count) const {
  std::vector<Token> tokens = lines_[line].opening;
  while (tokens.size() < count) {
    line = (line + 1) % lines_.size();
    tokens.insert(tokens.end(), lines_[line].following.begin(), lines_[line].following.end());
  }
  tokens.resize(count);
  return tokens;
}

std::vector<Token> TrainingText::stream() const {
  std::vector<Token> tokens(lines_[0].opening.begin() + 1, lines_[0].opening.end());
  for (std::size_t i = 1; i < lines_.size(); ++i) {
    tokens.insert(tokens.end(), lines_[i].following.begin(), lines_[i].following.end());
  }
  return tokens;
}

double bits_per_byte(const Model<float>& model, const TrainingText& text, std::size_t length, std::size_t windows,
                     const Execution& execution) {
  const std::vector<Token> stream = text.stream();
  length = std::min(length, stream.size());
  struct Window {
    std::size_t begin;
    std::size_t first_counted;
  };
  std::vector<Window> all = {{0, 0}};
  for (std::size_t counted = length; counted < stream.size();) {
    const std::size_t begin = std::min(counted - length / 2, stream.size() - length);
    all.push_back({begin, counted - begin});
    counted = begin + length;
  }
  std::vector<Window> chosen;
  const std::size_t count = std::min(windows, all.size());
  for (std::size_t i = 0; i < count; ++i) chosen.push_back(all[i * all.size() / count]);

  TrainingBatch batch{.model = model, .sequences = count, .length = length, .tokens = {}};
  for (const Window& window : chosen) {
    batch.tokens.push_back(begin_token);
    const auto begin = stream.begin() + static_cast<std::ptrdiff_t>(window.begin);
    batch.tokens.insert(batch.tokens.end(), begin, begin + static_cast<std::ptrdiff_t>(length));
  }
  const std::vector<float> losses = predictions(batch, execution).losses;
  double sum = 0;
  std::size_t tokens = 0;
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t t = chosen[i].first_counted; t < length; ++t) sum += losses[i * length + t];
    tokens += length - chosen[i].first_counted;
  }
  const double tokens_per_byte = static_cast<double>(stream.size()) / static_cast<double>(text.bytes());
  return sum / static_cast<double>(tokens) * tokens_per_byte / std::numbers::ln2;
}

}  // namespace tandem::language_model
