#include "claims/nbce/language_model.hpp"

#include <fstream>
#include <iterator>
#include <string>

#include "impl/language_model/training/text.hpp"
#include "impl/support/random.hpp"
#include "problems/support/data.hpp"

namespace tandem::claims {
namespace {

using language_model::Token;

constexpr std::size_t context_tokens = 96;  ///< at least; whole lines
constexpr std::size_t opening_tokens = 8;
constexpr std::size_t target_tokens = 24;

std::vector<Passage> passages_of(const std::string& text, const language_model::Encoder& encoder) {
  std::vector<Passage> passages;
  Passage passage;
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find('\n', begin), text.size() - 1) + 1;
    const bool first = passage.context.empty();
    const std::vector<Token> line = encoder.encode(std::string_view(text).substr(begin, end - begin), false, first);
    begin = end;
    if (passage.context.size() < context_tokens) {
      passage.context.insert(passage.context.end(), line.begin(), line.end());
    } else if (line.size() >= opening_tokens + target_tokens) {
      passage.opening.assign(line.begin(), line.begin() + opening_tokens);
      passage.target.assign(line.begin() + opening_tokens, line.begin() + opening_tokens + target_tokens);
      passages.push_back(std::move(passage));
      passage = {};
    } else {
      passage = {};  // the next line is too short to be asked about
    }
  }
  return passages;
}

std::optional<HeldOut> read() {
  try {
    const std::filesystem::path folder = problems::models_folder() / "kjv";
    std::ifstream file(folder / "held_out.txt", std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const language_model::Encoder encoder(language_model::load_tokenizer(folder / "tokenizer.bin"));
    HeldOut held_out{language_model::PackedModel(language_model::load_model(folder / "model.bin")),
                     passages_of(text, encoder)};
    if (held_out.passages.size() < 64) return std::nullopt;
    return held_out;
  } catch (const std::invalid_argument&) {
    return std::nullopt;
  }
}

}  // namespace

const std::optional<HeldOut>& held_out() {
  static const std::optional<HeldOut> text = read();
  return text;
}

Trial trial_of(const HeldOut& text, std::size_t contexts, std::uint64_t seed) {
  const std::size_t count = text.passages.size();
  const std::size_t right = seed * 7919 % count;
  Trial trial{.passage = &text.passages[right], .contexts = {}, .place = random_bits(seed, 1) % contexts};
  const std::size_t first = random_bits(seed, 2) % count;
  for (std::size_t k = 0, other = first; k < contexts; ++k) {
    if (k == trial.place) {
      trial.contexts.push_back(trial.passage->context);
      continue;
    }
    do other = (other + 11) % count;  // not its neighbours in the text, and none twice (11 shall not divide the count)
    while (other == right);
    trial.contexts.push_back(text.passages[other].context);
  }
  return trial;
}

}  // namespace tandem::claims
