#include "reference/language_model/language_model.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

#include "reference/language_model/pieces.hpp"

namespace tandem::language_model {
namespace {

[[noreturn]] void refuse(const std::string& sentence) { throw std::invalid_argument(sentence); }

/// The output of causal attention of one layer, T x dim, for queries T x dim, keys and values T x kv_dim.
std::vector<double> attend(const Shape& shape, std::size_t length, const std::vector<double>& queries,
                           const std::vector<double>& keys, const std::vector<double>& values) {
  const std::size_t head_size = shape.head_size();
  const std::size_t group = shape.heads / shape.kv_heads;
  std::vector<double> out(length * shape.dim);
  std::vector<double> weights(length);
  for (std::size_t t = 0; t < length; ++t) {
    for (std::size_t head = 0; head < shape.heads; ++head) {
      const double* q = queries.data() + t * shape.dim + head * head_size;
      const std::size_t kv = head / group * head_size;
      double largest = -HUGE_VAL;
      for (std::size_t s = 0; s <= t; ++s) {
        const double* k = keys.data() + s * shape.kv_dim() + kv;
        weights[s] = 0;
        for (std::size_t i = 0; i < head_size; ++i) weights[s] += q[i] * k[i];
        weights[s] /= std::sqrt(static_cast<double>(head_size));
        largest = std::max(largest, weights[s]);
      }
      double sum = 0;
      for (std::size_t s = 0; s <= t; ++s) sum += weights[s] = std::exp(weights[s] - largest);
      for (std::size_t s = 0; s <= t; ++s) {
        const double* v = values.data() + s * shape.kv_dim() + kv;
        for (std::size_t i = 0; i < head_size; ++i)
          out[t * shape.dim + head * head_size + i] += weights[s] / sum * v[i];
      }
    }
  }
  return out;
}

}  // namespace

Layout::Layout(const Shape& s) {
  std::size_t end = 0;
  const auto take = [&end](std::size_t count) {
    const std::size_t begin = end;
    end += count;
    return begin;
  };
  token_embedding = take(s.vocabulary * s.dim);
  attention_norm = take(s.layers * s.dim);
  query = take(s.layers * s.dim * s.dim);
  key = take(s.layers * s.kv_dim() * s.dim);
  value = take(s.layers * s.kv_dim() * s.dim);
  output = take(s.layers * s.dim * s.dim);
  feed_forward_norm = take(s.layers * s.dim);
  gate = take(s.layers * s.hidden_dim * s.dim);
  down = take(s.layers * s.dim * s.hidden_dim);
  up = take(s.layers * s.hidden_dim * s.dim);
  final_norm = take(s.dim);
  classifier = s.shared_classifier ? token_embedding : take(s.vocabulary * s.dim);
  size = end;
}

void require_valid(const Shape& shape) {
  const std::size_t sizes[] = {shape.dim,      shape.hidden_dim, shape.layers,    shape.heads,
                               shape.kv_heads, shape.vocabulary, shape.max_length};
  constexpr std::size_t limit = 0x7fffffff;  // of the checkpoint's numbers
  if (std::ranges::any_of(sizes, [](std::size_t size) { return size < 1 || size > limit; })) {
    refuse("every size of a language model must be from 1 to 2^31 - 1");
  }
  if (shape.dim % shape.heads != 0 || shape.head_size() % 2 != 0) {
    refuse(std::to_string(shape.heads) + " heads must divide the width " + std::to_string(shape.dim) +
           " into an even head size");
  }
  if (shape.heads % shape.kv_heads != 0) {
    refuse(std::to_string(shape.kv_heads) + " key heads must divide the " + std::to_string(shape.heads) + " heads");
  }
  const auto dim = static_cast<double>(shape.dim);  // in double: nothing wraps around
  const double layer =
      2 * dim * (dim + static_cast<double>(shape.kv_dim()) + 1.5 * static_cast<double>(shape.hidden_dim));
  if (2 * dim * static_cast<double>(shape.vocabulary) + static_cast<double>(shape.layers) * layer > 0x1p40) {
    refuse("a language model of that shape would have more than 2^40 parameters");
  }
}

template <class Real>
void require_valid(const Model<Real>& model, std::span<const Token> tokens) {
  require_valid(model.shape);
  const std::size_t expected = Layout(model.shape).size;
  if (model.parameters.size() != expected) {
    refuse("the language model has " + std::to_string(model.parameters.size()) + " parameters, its shape asks for " +
           std::to_string(expected));
  }
  for (const Token token : tokens) {
    if (token < 0 || static_cast<std::size_t>(token) >= model.shape.vocabulary) {
      refuse("token " + std::to_string(token) + " is outside the vocabulary of " +
             std::to_string(model.shape.vocabulary));
    }
  }
}

template <class Real>
void reference(const Model<Real>& model, std::span<const Token> tokens, std::vector<double>& logits) {
  require_valid(model, tokens);
  const Shape& shape = model.shape;
  const std::size_t length = tokens.size();
  if (logits.size() != length * shape.vocabulary) {
    refuse("there is room for " + std::to_string(logits.size()) + " logits, not " +
           std::to_string(length * shape.vocabulary));
  }
  const Layout layout(shape);
  const Real* p = model.parameters.data();
  const std::size_t dim = shape.dim;
  const std::size_t kv_dim = shape.kv_dim();
  const std::size_t hidden_dim = shape.hidden_dim;

  std::vector<double> h(length * dim);
  for (std::size_t t = 0; t < length; ++t) {
    std::copy_n(p + layout.token_embedding + static_cast<std::size_t>(tokens[t]) * dim, dim, h.data() + t * dim);
  }
  std::vector<double> normalized(dim), sum(dim), gate(hidden_dim), up(hidden_dim);
  std::vector<double> queries(length * dim), keys(length * kv_dim), values(length * kv_dim);
  for (std::size_t layer = 0; layer < shape.layers; ++layer) {
    for (std::size_t t = 0; t < length; ++t) {
      definition::normalize(h.data() + t * dim, p + layout.attention_norm + layer * dim, dim, normalized.data());
      double* q = queries.data() + t * dim;
      double* k = keys.data() + t * kv_dim;
      definition::multiply(p + layout.query + layer * dim * dim, dim, dim, normalized.data(), q);
      definition::multiply(p + layout.key + layer * kv_dim * dim, kv_dim, dim, normalized.data(), k);
      definition::multiply(p + layout.value + layer * kv_dim * dim, kv_dim, dim, normalized.data(),
                           values.data() + t * kv_dim);
      definition::rotate(q, dim, shape.head_size(), t);
      definition::rotate(k, kv_dim, shape.head_size(), t);
    }
    const std::vector<double> attended = attend(shape, length, queries, keys, values);
    for (std::size_t t = 0; t < length; ++t) {
      double* x = h.data() + t * dim;
      definition::multiply(p + layout.output + layer * dim * dim, dim, dim, attended.data() + t * dim, sum.data());
      for (std::size_t i = 0; i < dim; ++i) x[i] += sum[i];
      definition::normalize(x, p + layout.feed_forward_norm + layer * dim, dim, normalized.data());
      definition::multiply(p + layout.gate + layer * hidden_dim * dim, hidden_dim, dim, normalized.data(), gate.data());
      definition::multiply(p + layout.up + layer * hidden_dim * dim, hidden_dim, dim, normalized.data(), up.data());
      for (std::size_t i = 0; i < hidden_dim; ++i) gate[i] = definition::silu(gate[i]) * up[i];
      definition::multiply(p + layout.down + layer * dim * hidden_dim, dim, hidden_dim, gate.data(), sum.data());
      for (std::size_t i = 0; i < dim; ++i) x[i] += sum[i];
    }
  }
  for (std::size_t t = 0; t < length; ++t) {
    definition::normalize(h.data() + t * dim, p + layout.final_norm, dim, normalized.data());
    definition::multiply(p + layout.classifier, shape.vocabulary, dim, normalized.data(),
                         logits.data() + t * shape.vocabulary);
  }
}

template void require_valid(const Model<float>&, std::span<const Token>);
template void require_valid(const Model<double>&, std::span<const Token>);
template void reference(const Model<float>&, std::span<const Token>, std::vector<double>&);
template void reference(const Model<double>&, std::span<const Token>, std::vector<double>&);

}  // namespace tandem::language_model
