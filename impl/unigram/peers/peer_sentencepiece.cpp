#include <sentencepiece_processor.h>

#include <stdexcept>
#include <vector>

#include "impl/unigram/peers/lines.hpp"
#include "impl/unigram/peers/peers.hpp"

namespace tandem::unigram {

struct SentencePiece::Parts {
  sentencepiece::SentencePieceProcessor processor;

  void sample(std::string_view text, int nbest_size, double alpha, Tokens& tokens) const;
};

SentencePiece::SentencePiece(const Vocabulary& vocabulary) : parts_(std::make_unique<Parts>()) {
  const auto status = parts_->processor.LoadFromSerializedProto(sentencepiece_format(vocabulary));
  if (!status.ok()) throw std::invalid_argument("SentencePiece: " + status.ToString());
}

SentencePiece::~SentencePiece() = default;

namespace {

void append(const std::vector<int>& ids, Tokens& tokens) {
  for (const int id : ids) tokens.push_back(token_of(id));
}

}  // namespace

void SentencePiece::Parts::sample(std::string_view text, int nbest_size, double alpha, Tokens& tokens) const {
  tokens.clear();
  std::vector<int> ids;
  for_each_line(text, [&](std::string_view line) {
    processor.SampleEncode(line, nbest_size, static_cast<float>(alpha), &ids).IgnoreError();
    append(ids, tokens);
  });
}

void SentencePiece::encode(std::string_view text, Tokens& tokens) const {
  tokens.clear();
  std::vector<int> ids;
  for_each_line(text, [&](std::string_view line) {
    parts_->processor.Encode(line, &ids).IgnoreError();
    append(ids, tokens);
  });
}

void SentencePiece::sample(std::string_view text, double alpha, Tokens& tokens) const {
  parts_->sample(text, -1, alpha, tokens);
}

void SentencePiece::sample_n_best(std::string_view text, std::size_t n, double alpha, Tokens& tokens) const {
  parts_->sample(text, static_cast<int>(n), alpha, tokens);
}

}  // namespace tandem::unigram
