// A language model that is used: files, tokenizer, and fast inference.
//
// A PackedModel holds the weights in the order in which the products read them; packing costs about as much as reading
// the file and is done once. A Decoder holds a number of sequences, each with its keys and values: a prompt is
// processed as matrix products, and one step takes every sequence one token further while each weight is read once.
// Keys and values are each sequence's own: a batch gains less the longer its sequences are.
// Both give the logits of `reference` to within `logit_tolerance`, the same bits for every batch, thread count and
// split of a sequence into prompt and steps.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "impl/support/execution.hpp"
#include "reference/language_model/language_model.hpp"

namespace tandem::language_model {

// ---- Files (llama2.c: checkpoint version 0, tokenizer.bin) ----

/// Throws std::invalid_argument with a sentence that names the file if it is not readable, cut off, too long, of an
/// impossible shape, or holds a number that is not finite. Memory is taken only for what the file really holds.
Model<float> load_model(const std::filesystem::path& path);
void save_model(const Model<float>& model, const std::filesystem::path& path);

/// Pieces and scores by token: 0 unknown, 1 begin, 2 end, then the 256 bytes as "<0x00>" ... "<0xFF>", then text.
struct Tokenizer {
  std::vector<std::string> pieces;
  std::vector<float> scores;  ///< of two mergers that are possible the one with the higher score comes first

  std::size_t vocabulary() const { return pieces.size(); }
};

inline constexpr Token unknown_token = 0;
inline constexpr Token begin_token = 1;
inline constexpr Token end_token = 2;

/// Refuses as load_model does.
Tokenizer load_tokenizer(const std::filesystem::path& path);
void save_tokenizer(const Tokenizer& tokenizer, const std::filesystem::path& path);

/// Turns text into tokens and back; built once for a tokenizer.
class Encoder {
 public:
  explicit Encoder(Tokenizer tokenizer);
  ~Encoder();
  Encoder(Encoder&&) noexcept;
  Encoder& operator=(Encoder&&) noexcept;

  /// begin_token if asked for; unless the text is empty the token of a space; then the characters, neighbours merged
  /// greedily, the highest score first, of equal ones the leftmost. A character that is no piece becomes its bytes, a
  /// byte without a token unknown_token. With leading_space = false the text continues an earlier one.
  std::vector<Token> encode(std::string_view text, bool begin = true, bool leading_space = true) const;

  /// The bytes of the tokens; begin and end give none, and a space that follows begin_token is left out, as it was put
  /// there by `encode`. Throws std::invalid_argument for a token outside the vocabulary.
  std::string decode(std::span<const Token> tokens) const;

  const Tokenizer& tokenizer() const;

 private:
  struct Index;
  std::unique_ptr<Index> index_;
};

// ---- Inference ----

/// The largest difference from `reference` that rounding can explain, as a share of the largest logit of the position.
double logit_tolerance(const Shape& shape);

struct Weights;       // impl/language_model/decoder/weights.hpp
struct DecoderState;  // impl/language_model/decoder/decoder.hpp

/// The weights in the order of the products. Copies share them.
class PackedModel {
 public:
  explicit PackedModel(const Model<float>& model);  ///< throws as require_valid does

  const Shape& shape() const;
  const Weights& weights() const { return *weights_; }

 private:
  std::shared_ptr<const Weights> weights_;
};

/// Sequences of one model. Not for two threads at once; it uses as many as the execution says by itself.
/// Tokens outside the vocabulary, sequences that do not exist, and logits of another length than stated are refused
/// with std::invalid_argument, before anything is changed. Lengths are not limited: beyond shape().max_length the model
/// extrapolates, and whoever minds compares.
class Decoder {
 public:
  explicit Decoder(PackedModel model, std::size_t sequences = 1, Execution execution = {});
  ~Decoder();
  Decoder(Decoder&&) noexcept;
  Decoder& operator=(Decoder&&) noexcept;

  const Shape& shape() const;
  std::size_t sequences() const;
  std::size_t length(std::size_t sequence) const;  ///< tokens so far

  /// Appends to one sequence. logits: the vocabulary's (after the last token), or as many per token (after each), or
  /// none, where nobody needs them. No tokens: nothing happens; logits, if there are, become 0.
  void prefill(std::size_t sequence, std::span<const Token> tokens, std::span<float> logits);

  /// Appends to every sequence its own tokens, of whatever lengths. logits: sequences x vocabulary, after the last
  /// token of each, or none. A sequence that gets no tokens gets logits 0.
  void prefill(std::span<const std::vector<Token>> tokens, std::span<float> logits);

  /// Appends one token to every sequence. logits: sequences x vocabulary.
  void step(std::span<const Token> tokens, std::span<float> logits);

  /// Forgets what follows the first `length` tokens; 0 begins anew.
  void truncate(std::size_t sequence, std::size_t length);
  /// Makes sequence `to` equal to `from`.
  void copy(std::size_t from, std::size_t to);

  std::size_t cache_bytes() const;  ///< of keys and values

 private:
  std::unique_ptr<DecoderState> state_;
};

// ---- The registered variants: whole sequences, with or without a prompt's shortcut ----

/// Sequences of known tokens; the answer is what the model expects after each of them.
struct Problem {
  Model<float> model;
  PackedModel packed;                         ///< prepared: packing is not part of a run
  std::vector<std::vector<Token>> sequences;  ///< of one length
};

using Answer = std::vector<float>;  ///< logits: sequences x length x vocabulary

/// The definition, each sequence by itself.
void reference(const Problem& problem, Answer& answer);

/// As prompts.
void prefill_simd(const Problem& problem, Answer& answer, const Execution& execution);

/// Token by token, one sequence after the other.
void one_by_one_simd(const Problem& problem, Answer& answer, const Execution& execution);

/// Token by token, all sequences in one batch.
void batch_simd(const Problem& problem, Answer& answer, const Execution& execution);

}  // namespace tandem::language_model
