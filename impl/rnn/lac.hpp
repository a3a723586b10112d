// The fast variants of LAC's network, its files, and text. Definition: reference/rnn/lac.hpp.
//
// A variant is a way of evaluating the recurrent layers (impl/rnn/rnn.hpp). All else is the same for all: the first
// projection is computed once per distinct character, the second and the emissions are matrix products, and the best
// tags are found in double with as many tags at a time as a register holds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "impl/support/execution.hpp"
#include "reference/rnn/lac.hpp"

namespace tandem::rnn::lac {

// ---- variants ----------------------------------------------------------------------------------------------------

void sequential_simd(const Problem& problem, Answer& answer, const Execution& execution);

/// Steps that it takes at a time: their inputs, 1.5 kB each, stay in the cache from projection to use.
inline constexpr std::size_t sequential_block = 2048;

/// The two directions of a layer on two threads, each sequential. Exact: no boundary to verify.
void directions_simd(const Problem& problem, Answer& answer, const Execution& execution);

/// One direction after the other, its sequence in chunks.
void warm_start_simd(const Problem& problem, Answer& answer, const Execution& execution);

/// lac::best_tags, the same to the last tag.
void best_tags_simd(const Network& network, const std::vector<float>& emissions, std::vector<int>& tags);

// ---- files -------------------------------------------------------------------------------------------------------

/// What the package ships: the network, its characters and the names of its tags.
struct Model {
  std::shared_ptr<const Network> network;
  std::unordered_map<char32_t, std::uint32_t> dictionary;
  std::uint32_t unknown = 0;      ///< stands for every character that the dictionary lacks
  std::vector<std::string> tags;  ///< "n-B", "n-I", ..., "O"

  std::vector<std::uint32_t> ids(std::u32string_view text) const;
};

/// Reads a folder as the package has it: word.dic, tag.dic and model_baseline/. Throws std::invalid_argument with one
/// sentence if a file is missing, truncated, of the wrong size or damaged; nothing is allocated that the files' own
/// sizes do not cover.
Model load(const std::filesystem::path& folder);

// ---- text --------------------------------------------------------------------------------------------------------

/// Throws std::invalid_argument if the bytes are no UTF-8.
std::u32string decode_utf8(std::string_view bytes);
std::string encode_utf8(std::u32string_view text);

/// Without white space at both ends, as LAC takes a sentence.
std::u32string_view stripped(std::u32string_view line);

struct Word {
  std::string text;
  std::string tag;  ///< "n", "v", ..., "O"
};

/// The words that the tags of a text mean, by LAC's rule: a word begins at the first character, at a tag "...-B", and
/// at an "O" that follows another tag.
std::vector<Word> words(const Model& model, std::u32string_view text, const std::vector<int>& tags);

}  // namespace tandem::rnn::lac
