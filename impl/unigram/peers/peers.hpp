// Other people's tokenisers, to be raced against; there where their library was found (TANDEM_PEER_SENTENCEPIECE), its
// core where it is the version whose inside is known (TANDEM_PEER_SENTENCEPIECE_CORE). Not installed: the library of
// this project's users does not need them.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "reference/unigram/unigram.hpp"

namespace tandem::unigram {

/// SentencePiece with the same vocabulary and no normalisation, line by line. It adds up scores in float, so that its
/// segmentation may be another one where the best are nearly equal. Throws NoAnswer where a character is no piece.
class SentencePiece {
 public:
  explicit SentencePiece(const Vocabulary& vocabulary);
  ~SentencePiece();
  SentencePiece(const SentencePiece&) = delete;
  SentencePiece& operator=(const SentencePiece&) = delete;

  /// Its public interface: Encode, and SampleEncode with nbest_size -1. The text passes through its normaliser, which
  /// has nothing to do.
  void encode(std::string_view text, Tokens& tokens) const;
  void sample(std::string_view text, double alpha, Tokens& tokens) const;
  /// SampleEncode with nbest_size n > 1, which draws with its law cut off to about the n best segmentations of a line.
  void sample_n_best(std::string_view text, std::size_t n, double alpha, Tokens& tokens) const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

/// Its model alone, which users cannot call: neither normaliser nor the message of results. Errors as above.
class SentencePieceCore {
 public:
  explicit SentencePieceCore(const Vocabulary& vocabulary);
  ~SentencePieceCore();
  SentencePieceCore(const SentencePieceCore&) = delete;
  SentencePieceCore& operator=(const SentencePieceCore&) = delete;

  void encode(std::string_view text, Tokens& tokens) const;
  void sample(std::string_view text, double alpha, Tokens& tokens) const;
  /// Its first encoder, which builds the lattice of all pieces, as its samplers still do.
  void encode_lattice(std::string_view text, Tokens& tokens) const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace tandem::unigram
