#include <algorithm>
#include <array>
#include <cstdio>
#include <queue>
#include <stdexcept>
#include <unordered_map>
#include <utility>

#include "impl/language_model/language_model.hpp"

namespace tandem::language_model {
namespace {

constexpr Token no_token = -1;
constexpr std::size_t nowhere = static_cast<std::size_t>(-1);

/// The bytes from `begin` on that are looked up together: a byte and its UTF-8 continuations, four at most.
std::size_t character_size(std::string_view text, std::size_t begin) {
  std::size_t size = 1;
  while (size < 4 && begin + size < text.size() && (static_cast<unsigned char>(text[begin + size]) & 0xC0) == 0x80) {
    ++size;
  }
  return size;
}

/// A token and its neighbours; merging leaves the left one in place.
struct Node {
  Token token;
  std::size_t previous;
  std::size_t next;
};

/// A merger that was possible when it was found.
struct Merger {
  float score;
  std::size_t left;
  Token left_token;
  Token right_token;
  Token merged;

  bool operator<(const Merger& other) const {  // the queue gives the largest
    return score != other.score ? score < other.score : left > other.left;
  }
};

}  // namespace

struct Encoder::Index {
  Tokenizer tokenizer;
  std::unordered_map<std::string_view, Token> token_of{};  ///< views of the tokenizer's pieces; of equal ones the first
  std::array<Token, 256> byte_token{};
  std::vector<int> byte_of{};  ///< by token; -1: it is text

  Token find(std::string_view piece) const {
    const auto found = token_of.find(piece);
    return found == token_of.end() ? no_token : found->second;
  }

  void append_characters(std::string_view text, std::vector<Token>& tokens) const {
    for (std::size_t begin = 0; begin < text.size();) {
      const std::string_view character = text.substr(begin, character_size(text, begin));
      begin += character.size();
      const Token token = find(character);
      if (token != no_token) {
        tokens.push_back(token);
        continue;
      }
      for (const char byte : character) tokens.push_back(byte_token[static_cast<unsigned char>(byte)]);
    }
  }

  /// In O(n log n): a queue of possible mergers, of which those whose tokens have gone are passed over.
  void merge(std::vector<Token>& tokens) const {
    std::vector<Node> nodes;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      nodes.push_back({tokens[i], i == 0 ? nowhere : i - 1, i + 1 == tokens.size() ? nowhere : i + 1});
    }
    std::priority_queue<Merger> mergers;
    std::string both;
    const auto propose = [&](std::size_t left) {
      if (left == nowhere || nodes[left].next == nowhere) return;
      const Token first = nodes[left].token;
      const Token second = nodes[nodes[left].next].token;
      both = tokenizer.pieces[static_cast<std::size_t>(first)];
      both += tokenizer.pieces[static_cast<std::size_t>(second)];
      const Token merged = find(both);
      if (merged == no_token) return;
      mergers.push({tokenizer.scores[static_cast<std::size_t>(merged)], left, first, second, merged});
    };
    for (std::size_t i = 0; i < nodes.size(); ++i) propose(i);
    while (!mergers.empty()) {
      const Merger merger = mergers.top();
      mergers.pop();
      Node& left = nodes[merger.left];
      if (left.token != merger.left_token || left.next == nowhere) continue;
      Node& right = nodes[left.next];
      if (right.token != merger.right_token) continue;
      left.token = merger.merged;
      right.token = no_token;
      left.next = right.next;
      if (left.next != nowhere) nodes[left.next].previous = merger.left;
      propose(left.previous);
      propose(merger.left);
    }
    tokens.clear();
    for (std::size_t i = nodes.empty() ? nowhere : 0; i != nowhere; i = nodes[i].next) tokens.push_back(nodes[i].token);
  }
};

Encoder::Encoder(Tokenizer tokenizer) : index_(std::make_unique<Index>(Index{std::move(tokenizer)})) {
  const Tokenizer& own = index_->tokenizer;
  if (own.pieces.size() <= static_cast<std::size_t>(end_token) || own.scores.size() != own.pieces.size()) {
    throw std::invalid_argument("a tokenizer has at least three pieces, and as many scores");
  }
  for (std::size_t i = 0; i < own.pieces.size(); ++i) {
    index_->token_of.try_emplace(own.pieces[i], static_cast<Token>(i));
  }
  index_->byte_of.assign(own.pieces.size(), -1);
  for (int byte = 0; byte < 256; ++byte) {
    std::array<char, 8> name{};
    std::snprintf(name.data(), name.size(), "<0x%02X>", byte);
    const Token token = index_->find(name.data());
    index_->byte_token[static_cast<std::size_t>(byte)] = token == no_token ? unknown_token : token;
    if (token != no_token) index_->byte_of[static_cast<std::size_t>(token)] = byte;
  }
}

Encoder::~Encoder() = default;
Encoder::Encoder(Encoder&&) noexcept = default;
Encoder& Encoder::operator=(Encoder&&) noexcept = default;

const Tokenizer& Encoder::tokenizer() const { return index_->tokenizer; }

std::vector<Token> Encoder::encode(std::string_view text, bool begin, bool leading_space) const {
  std::vector<Token> tokens;
  if (leading_space && !text.empty()) index_->append_characters(" ", tokens);
  index_->append_characters(text, tokens);
  index_->merge(tokens);
  if (begin) tokens.insert(tokens.begin(), begin_token);
  return tokens;
}

std::string Encoder::decode(std::span<const Token> tokens) const {
  std::string text;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const Token token = tokens[i];
    if (token < 0 || static_cast<std::size_t>(token) >= index_->byte_of.size()) {
      throw std::invalid_argument("token " + std::to_string(token) + " is outside the vocabulary of " +
                                  std::to_string(index_->byte_of.size()));
    }
    if (token == begin_token || token == end_token) continue;
    if (const int byte = index_->byte_of[static_cast<std::size_t>(token)]; byte >= 0) {
      text += static_cast<char>(byte);
      continue;
    }
    std::string_view piece = index_->tokenizer.pieces[static_cast<std::size_t>(token)];
    if (i > 0 && tokens[i - 1] == begin_token && piece.starts_with(' ')) piece.remove_prefix(1);
    text += piece;
  }
  return text;
}

}  // namespace tandem::language_model
