#include <sentencepiece_processor.h>

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <utility>
#include <vector>

#include "impl/unigram/peers/lines.hpp"
#include "impl/unigram/peers/peers.hpp"

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

struct SentencePieceCore::Parts {
  sentencepiece::SentencePieceProcessor processor;                   // the model keeps a pointer to what it read
  alignas(std::max_align_t) std::byte memory[std::size_t{1} << 14];  // far more than a model has
  Model* core = nullptr;

  ~Parts() {
    if (core != nullptr) core->~Model();
  }
};

SentencePieceCore::SentencePieceCore(const Vocabulary& vocabulary) : parts_(std::make_unique<Parts>()) {
  const auto status = parts_->processor.LoadFromSerializedProto(sentencepiece_format(vocabulary));
  if (!status.ok()) throw std::invalid_argument("SentencePiece: " + status.ToString());
  parts_->core = ::new (static_cast<void*>(parts_->memory)) Model(parts_->processor.model_proto());
}

SentencePieceCore::~SentencePieceCore() = default;

namespace {

void append(const std::vector<std::pair<absl::string_view, int>>& result, Tokens& tokens) {
  for (const auto& [piece, id] : result) tokens.push_back(token_of(id));
}

}  // namespace

void SentencePieceCore::encode(std::string_view text, Tokens& tokens) const {
  tokens.clear();
  for_each_line(text, [&](std::string_view line) { append(parts_->core->Encode(line), tokens); });
}

void SentencePieceCore::encode_lattice(std::string_view text, Tokens& tokens) const {
  tokens.clear();
  for_each_line(text, [&](std::string_view line) {
    Lattice lattice;
    lattice.SetSentence(line);
    parts_->core->PopulateNodes(&lattice);
    for (const Lattice::Node* node : lattice.Viterbi().first) tokens.push_back(token_of(node->id));
  });
}

void SentencePieceCore::sample(std::string_view text, double alpha, Tokens& tokens) const {
  tokens.clear();
  for_each_line(text, [&](std::string_view line) {
    append(parts_->core->SampleEncode(line, static_cast<float>(alpha)), tokens);
  });
}

}  // namespace tandem::unigram
