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
  for (std::size_t t = 0; t < length; ++t) {
    for (std::size_t head = 0; head < shape.heads; ++head) {
      const std::size_t place = t * shape.dim + head * head_size;
      const std::size_t kv = head / group * head_size;
      const std::vector<double> weights =
          definition::attention_weights(shape, head, queries.data() + place, keys.data() + kv, t);
      for (std::size_t s = 0; s <= t; ++s) {
        const double* v = values.data() + s * shape.kv_dim() + kv;
        for (std::size_t i = 0; i < head_size; ++i) out[place + i] += weights[s] * v[i];
      }
    }
  }
  return out;
}

void require_valid(const Variation& variation, const Shape& shape) {
  if (!(variation.decay > 0 && variation.decay <= 1)) refuse("the decay of the scores must be above 0 and at most 1");
  const bool both = variation.query_bias && variation.key_bias;
  if (variation.tied_bias && !(both && shape.heads == shape.kv_heads)) {
    refuse("a tied bias takes a query bias, a key bias and as many key heads as heads");
  }
  if (!(variation.scaling.base > 1)) refuse("the base of the log n scale must be above 1");
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
  const Variation& v = s.variation;
  query_bias = take(v.query_bias ? s.layers * s.dim : 0);
  key_bias = v.tied_bias ? query_bias : take(v.key_bias ? s.layers * s.kv_dim() : 0);
  value_bias = take(v.value_bias ? s.layers * s.kv_dim() : 0);
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
  require_valid(shape.variation, shape);
}

void require_targets(std::span<const Token> targets, std::size_t count, std::size_t vocabulary) {
  if (targets.size() != count) {
    refuse("there are " + std::to_string(targets.size()) + " targets, not " + std::to_string(count));
  }
  for (const Token target : targets) {
    if (target >= 0 && static_cast<std::size_t>(target) >= vocabulary) {
      refuse("target " + std::to_string(target) + " is outside the vocabulary of " + std::to_string(vocabulary));
    }
  }
}

void require_llama(const Shape& shape, const char* who) {
  if (shape.variation == Variation{}) return;
  refuse(std::string(who) + " knows llama's attention alone, and the model has another");
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
  const Variation& variation = shape.variation;

  std::vector<double> h(length * dim);
  for (std::size_t t = 0; t < length; ++t) {
    std::copy_n(p + layout.token_embedding + static_cast<std::size_t>(tokens[t]) * dim, dim, h.data() + t * dim);
  }
  std::vector<double> normalized(dim), sum(dim), gate(hidden_dim), up(hidden_dim);
  std::vector<double> queries(length * dim), keys(length * kv_dim), values(length * kv_dim);
  const auto norm_before = [&](const double* x, std::size_t gain) {
    std::copy_n(x, dim, normalized.data());
    if (!variation.post_norm) definition::normalize(x, p + gain, dim, normalized.data());
  };
  const auto add_and_norm_after = [&](double* x, std::size_t gain) {
    for (std::size_t i = 0; i < dim; ++i) x[i] += sum[i];
    if (variation.post_norm) definition::normalize(x, p + gain, dim, x);
  };
  const auto add_bias = [&](bool there, std::size_t bias, std::size_t size, double* x) {
    for (std::size_t i = 0; there && i < size; ++i) x[i] += static_cast<double>(p[bias + i]);
  };
  for (std::size_t layer = 0; layer < shape.layers; ++layer) {
    const std::size_t attention_norm = layout.attention_norm + layer * dim;
    const std::size_t feed_forward_norm = layout.feed_forward_norm + layer * dim;
    for (std::size_t t = 0; t < length; ++t) {
      norm_before(h.data() + t * dim, attention_norm);
      double* q = queries.data() + t * dim;
      double* k = keys.data() + t * kv_dim;
      double* v = values.data() + t * kv_dim;
      definition::multiply(p + layout.query + layer * dim * dim, dim, dim, normalized.data(), q);
      definition::multiply(p + layout.key + layer * kv_dim * dim, kv_dim, dim, normalized.data(), k);
      definition::multiply(p + layout.value + layer * kv_dim * dim, kv_dim, dim, normalized.data(), v);
      add_bias(variation.query_bias, layout.query_bias + layer * dim, dim, q);
      add_bias(variation.key_bias, layout.key_bias + layer * kv_dim, kv_dim, k);
      add_bias(variation.value_bias, layout.value_bias + layer * kv_dim, kv_dim, v);
      if (!variation.rope) continue;
      definition::rotate(q, dim, shape.head_size(), t);
      definition::rotate(k, kv_dim, shape.head_size(), t);
    }
    const std::vector<double> attended = attend(shape, length, queries, keys, values);
    for (std::size_t t = 0; t < length; ++t) {
      double* x = h.data() + t * dim;
      definition::multiply(p + layout.output + layer * dim * dim, dim, dim, attended.data() + t * dim, sum.data());
      add_and_norm_after(x, attention_norm);
      norm_before(x, feed_forward_norm);
      definition::multiply(p + layout.gate + layer * hidden_dim * dim, hidden_dim, dim, normalized.data(), gate.data());
      definition::multiply(p + layout.up + layer * hidden_dim * dim, hidden_dim, dim, normalized.data(), up.data());
      for (std::size_t i = 0; i < hidden_dim; ++i) gate[i] = definition::silu(gate[i]) * up[i];
      definition::multiply(p + layout.down + layer * dim * hidden_dim, dim, hidden_dim, gate.data(), sum.data());
      add_and_norm_after(x, feed_forward_norm);
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
