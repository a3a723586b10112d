#include "impl/language_model/decoder/decoder.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

#include "impl/support/parallel.hpp"

namespace tandem::language_model {
namespace {

[[noreturn]] void refuse(const std::string& sentence) { throw std::invalid_argument(sentence); }

void require_tokens(std::span<const Token> tokens, std::size_t vocabulary) {
  for (const Token token : tokens) {
    if (token < 0 || static_cast<std::size_t>(token) >= vocabulary) {
      refuse("token " + std::to_string(token) + " is outside the vocabulary of " + std::to_string(vocabulary));
    }
  }
}

void require_logits(std::size_t actual, std::size_t rows, std::size_t vocabulary) {
  if (actual == rows * vocabulary) return;
  refuse("there is room for " + std::to_string(actual) + " logits, not " + std::to_string(rows) + " x " +
         std::to_string(vocabulary));
}

void require_sequence(std::size_t sequence, std::size_t sequences) {
  if (sequence < sequences) return;
  refuse("there is no sequence " + std::to_string(sequence) + " among " + std::to_string(sequences));
}

}  // namespace

void DecoderState::reserve(std::size_t sequence, std::size_t length) {
  const Shape& shape = model.shape();
  const std::size_t turn_size = 2 * shape.head_size();
  std::size_t known = (model.weights().turns.size() + later_turns.size()) / turn_size;
  for (; known < length; ++known) append_turn(shape.head_size(), known, later_turns);

  Cache& cache = caches[sequence];
  if (length <= cache.capacity) return;
  cache.capacity = padded(std::max(length, 2 * cache.capacity));
  for (Floats& keys : cache.keys) keys.resize(cache.capacity * shape.head_size());
  for (Floats& values : cache.values) values.resize(cache.capacity * panel_rows);
}

void DecoderState::append(Segment segment, std::span<const Token> tokens) {
  segment.first_row = batch.tokens.size();
  segment.rows = tokens.size();
  segment.first_position = caches[segment.sequence].length;
  reserve(segment.sequence, segment.first_position + segment.rows);
  batch.tokens.insert(batch.tokens.end(), tokens.begin(), tokens.end());
  batch.logit_rows.resize(batch.tokens.size(), no_logits);
  batch.segments.push_back(segment);
}

void DecoderState::run() {
  const std::size_t rows = batch.tokens.size();
  const std::size_t stages = model.shape().layers + 1;
  const std::size_t size = rows * padded(model.shape().dim);
  if (batch.h.size() < size) {
    batch.h.resize(size);
    batch.queries.resize(size);
  }
  const auto threads = static_cast<std::size_t>(execution.team());
  const std::size_t block = std::clamp<std::size_t>((rows + threads - 1) / threads, 1, largest_block);
  // Rows of different sequences do not need each other: each block goes all the way at once.
  const bool alone = std::ranges::all_of(batch.segments, [](const Segment& segment) { return segment.rows == 1; });
  if (alone) {
    for_each_chunk(execution, rows, block, [&](std::size_t begin, std::size_t end) {
      for (std::size_t stage = 0; stage < stages; ++stage) advance(stage, begin, end);
    });
  } else {
    for (std::size_t stage = 0; stage < stages; ++stage) {
      for_each_chunk(execution, rows, block, [&](std::size_t begin, std::size_t end) { advance(stage, begin, end); });
    }
  }
  for (const Segment& segment : batch.segments) caches[segment.sequence].length += segment.rows;
}

Decoder::Decoder(PackedModel model, std::size_t sequences, Execution execution) {
  const Shape& shape = model.shape();
  Cache empty;
  empty.keys.resize(shape.layers * shape.kv_heads);
  empty.values.resize(shape.layers * shape.kv_heads * panels_of(shape.head_size()));
  state_ =
      std::make_unique<DecoderState>(DecoderState{std::move(model), execution, std::vector<Cache>(sequences, empty)});
}

Decoder::~Decoder() = default;
Decoder::Decoder(Decoder&&) noexcept = default;
Decoder& Decoder::operator=(Decoder&&) noexcept = default;

const Shape& Decoder::shape() const { return state_->model.shape(); }
std::size_t Decoder::sequences() const { return state_->caches.size(); }

std::size_t Decoder::length(std::size_t sequence) const {
  require_sequence(sequence, sequences());
  return state_->caches[sequence].length;
}

void Decoder::prefill(std::size_t sequence, std::span<const Token> tokens, std::span<float> logits) {
  const std::size_t vocabulary = shape().vocabulary;
  require_sequence(sequence, sequences());
  require_tokens(tokens, vocabulary);
  const bool every = tokens.size() > 1 && logits.size() == tokens.size() * vocabulary;
  if (!every && !logits.empty()) require_logits(logits.size(), 1, vocabulary);
  if (tokens.empty()) return std::ranges::fill(logits, 0.0F), void();

  Batch& batch = state_->batch;
  batch.begin(logits);
  state_->append({.sequence = sequence}, tokens);
  if (every) {
    for (std::size_t t = 0; t < tokens.size(); ++t) batch.logit_rows[t] = t;
  } else if (!logits.empty()) {
    batch.logit_rows.back() = 0;
  }
  state_->run();
}

void Decoder::prefill(std::span<const std::vector<Token>> tokens, std::span<float> logits) {
  const std::size_t vocabulary = shape().vocabulary;
  if (tokens.size() != sequences()) {
    refuse("there are " + std::to_string(tokens.size()) + " prompts for " + std::to_string(sequences()) + " sequences");
  }
  for (const auto& prompt : tokens) require_tokens(prompt, vocabulary);
  if (!logits.empty()) require_logits(logits.size(), sequences(), vocabulary);
  std::ranges::fill(logits, 0.0F);

  Batch& batch = state_->batch;
  batch.begin(logits);
  for (std::size_t sequence = 0; sequence < tokens.size(); ++sequence) {
    if (tokens[sequence].empty()) continue;
    state_->append({.sequence = sequence}, tokens[sequence]);
    if (!logits.empty()) batch.logit_rows.back() = sequence;
  }
  state_->run();
}

void Decoder::step(std::span<const Token> tokens, std::span<float> logits) {
  const std::size_t vocabulary = shape().vocabulary;
  if (tokens.size() != sequences()) {
    refuse("there are " + std::to_string(tokens.size()) + " tokens for " + std::to_string(sequences()) + " sequences");
  }
  require_tokens(tokens, vocabulary);
  require_logits(logits.size(), sequences(), vocabulary);

  Batch& batch = state_->batch;
  batch.begin(logits);
  for (std::size_t sequence = 0; sequence < tokens.size(); ++sequence) {
    state_->append({.sequence = sequence}, tokens.subspan(sequence, 1));
    batch.logit_rows.back() = sequence;
  }
  state_->run();
}

void Decoder::truncate(std::size_t sequence, std::size_t length) {
  require_sequence(sequence, sequences());
  Cache& cache = state_->caches[sequence];
  if (length > cache.length) {
    refuse("a sequence of " + std::to_string(cache.length) + " tokens has no first " + std::to_string(length));
  }
  cache.length = length;
}

void Decoder::copy(std::size_t from, std::size_t to) {
  require_sequence(from, sequences());
  require_sequence(to, sequences());
  if (from != to) state_->caches[to] = state_->caches[from];
}

std::size_t Decoder::cache_bytes() const {
  std::size_t count = 0;
  for (const Cache& cache : state_->caches) {
    for (const Floats& keys : cache.keys) count += keys.size();
    for (const Floats& values : cache.values) count += values.size();
  }
  return count * sizeof(float);
}

}  // namespace tandem::language_model
