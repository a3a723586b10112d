#include <sentencepiece_processor.h>

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <utility>
#include <vector>

#include "impl/support/no_answer.hpp"
#include "impl/unigram/peers.hpp"
#include "impl/unigram/unigram_files.hpp"

// What the library exports of its unigram model, as far as it is called here: plain calls of these functions, whatever
// the class holds. The build asks for the version in which they are so.
namespace sentencepiece::unigram {

class Lattice {
 public:
  struct Node {
    absl::string_view piece;
    std::uint32_t position, length, number;
    int id;
  };

  Lattice();
  virtual ~Lattice();
  void SetSentence(absl::string_view normalized);
  std::pair<std::vector<Node*>, float> Viterbi();

 private:
  std::byte memory_[std::size_t{1} << 10];  // more than it has
};

class Model {
 public:
  explicit Model(const ModelProto& proto);
  ~Model();
  std::vector<std::pair<absl::string_view, int>> Encode(absl::string_view normalized) const;
  std::vector<std::pair<absl::string_view, int>> SampleEncode(absl::string_view normalized, float alpha) const;
  void PopulateNodes(Lattice* lattice) const;
};

}  // namespace sentencepiece::unigram

namespace tandem::unigram {

using sentencepiece::unigram::Lattice;
using sentencepiece::unigram::Model;

struct SentencePiece::Parts {
  sentencepiece::SentencePieceProcessor processor;
  alignas(std::max_align_t) std::byte memory[std::size_t{1} << 14];  // far more than a model has
  Model* core = nullptr;

  void sample(std::string_view text, int nbest_size, double alpha, Tokens& tokens) const;

  ~Parts() {
    if (core != nullptr) core->~Model();
  }
};

SentencePiece::SentencePiece(const Vocabulary& vocabulary) : parts_(std::make_unique<Parts>()) {
  const auto status = parts_->processor.LoadFromSerializedProto(sentencepiece_format(vocabulary));
  if (!status.ok()) throw std::invalid_argument("SentencePiece: " + status.ToString());
  parts_->core = ::new (static_cast<void*>(parts_->memory)) Model(parts_->processor.model_proto());
}

SentencePiece::~SentencePiece() = default;

namespace {

/// Calls line(text of a line, begin) for all lines.
template <class Line>
void for_each_line(std::string_view text, Line line) {
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = end_of_line(text, begin);
    line(text.substr(begin, end - begin));
    begin = end;
  }
}

/// Its unknown piece has the id 0, and stands for other texts, too.
std::uint32_t token_of(int id) {
  if (id == 0) throw NoAnswer("a character of the text is no piece");
  return static_cast<std::uint32_t>(id) - 1;
}

void append(const std::vector<std::pair<absl::string_view, int>>& result, Tokens& tokens) {
  for (const auto& [piece, id] : result) tokens.push_back(token_of(id));
}

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

void SentencePiece::encode_core(std::string_view text, Tokens& tokens) const {
  tokens.clear();
  for_each_line(text, [&](std::string_view line) { append(parts_->core->Encode(line), tokens); });
}

void SentencePiece::encode_lattice(std::string_view text, Tokens& tokens) const {
  tokens.clear();
  for_each_line(text, [&](std::string_view line) {
    Lattice lattice;
    lattice.SetSentence(line);
    parts_->core->PopulateNodes(&lattice);
    for (const Lattice::Node* node : lattice.Viterbi().first) tokens.push_back(token_of(node->id));
  });
}

void SentencePiece::sample_core(std::string_view text, double alpha, Tokens& tokens) const {
  tokens.clear();
  for_each_line(text, [&](std::string_view line) {
    append(parts_->core->SampleEncode(line, static_cast<float>(alpha)), tokens);
  });
}

}  // namespace tandem::unigram
