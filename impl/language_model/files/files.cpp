// The two file formats of llama2.c (github.com/karpathy/llama2.c, export.py and tokenizer.py). Numbers are
// little-endian, as every processor that this is built for stores them.
#include "impl/language_model/files/files.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <stdexcept>

#include "impl/language_model/language_model.hpp"
#include "impl/support/bytes.hpp"
#include "impl/support/files.hpp"
#include "reference/language_model/pieces.hpp"

namespace tandem::language_model {
namespace {

bool all_finite(std::span<const float> numbers) {
  return std::ranges::all_of(numbers, [](float number) { return std::isfinite(number); });
}

/// More than any vocabulary has; a file of a few bytes a piece must not become many times as much memory.
constexpr std::size_t most_pieces = std::size_t{1} << 22;

/// The tables of cosines and sines that old checkpoints have before a separate classifier.
std::size_t table_size(const Shape& shape) { return shape.max_length * shape.head_size(); }

}  // namespace

Model<float> parse_model(std::string_view bytes, std::string_view name) {
  ByteReader file(bytes, name);
  const auto header = file.number<std::array<std::int32_t, 7>>();
  const auto size = [&](std::size_t i) {
    if (header[i] <= 0) {
      file.refuse("is no checkpoint: number " + std::to_string(i + 1) + " of its header is " +
                  std::to_string(header[i]));
    }
    return static_cast<std::size_t>(header[i]);
  };
  Model<float> model;
  model.shape = {.dim = size(0), .hidden_dim = size(1), .layers = size(2), .heads = size(3), .kv_heads = size(4)};
  // A negative vocabulary says that the classifier is not the embedding.
  if (header[5] == 0 || header[5] == std::numeric_limits<std::int32_t>::min()) {
    file.refuse("is no checkpoint: its vocabulary has " + std::to_string(header[5]) + " tokens");
  }
  model.shape.vocabulary = static_cast<std::size_t>(std::abs(header[5]));
  model.shape.shared_classifier = header[5] > 0;
  model.shape.max_length = size(6);
  try {
    require_valid(model.shape);
  } catch (const std::invalid_argument& refusal) {
    file.refuse(std::string("is no checkpoint: ") + refusal.what());
  }

  // In whole numbers of 64 bits: the shape allows at most 2^40 parameters and the tables 2^31 x 2^31.
  const Layout layout(model.shape);
  const std::uintmax_t expected = sizeof(float) * (std::uintmax_t{layout.size} + table_size(model.shape));
  if (file.left() != expected) {
    file.refuse("is no checkpoint: its header asks for " + std::to_string(expected) + " bytes of numbers, it has " +
                std::to_string(file.left()));
  }
  model.parameters.resize(layout.size);
  const std::span<float> numbers(model.parameters);
  const std::size_t before_tables = layout.final_norm + model.shape.dim;
  file.numbers(numbers.first(before_tables));
  file.take(sizeof(float) * table_size(model.shape));
  file.numbers(numbers.subspan(before_tables));
  if (!all_finite(numbers)) file.refuse("holds a weight that is not a finite number");
  return model;
}

Model<float> load_model(const std::filesystem::path& path) { return parse_model(content_of(path), path.string()); }

void save_model(const Model<float>& model, const std::filesystem::path& path) {
  require_valid(model, {});
  require_llama(model.shape, "the file format");
  const Shape& shape = model.shape;
  const auto number = [](std::size_t size) { return static_cast<std::int32_t>(size); };
  FileWriter file(path);
  file.write(std::array{number(shape.dim), number(shape.hidden_dim), number(shape.layers), number(shape.heads),
                        number(shape.kv_heads), number(shape.vocabulary) * (shape.shared_classifier ? 1 : -1),
                        number(shape.max_length)});
  const std::span<const float> numbers(model.parameters);
  const std::size_t before_tables = Layout(shape).final_norm + shape.dim;
  file.write(numbers.first(before_tables));
  for (const bool sine : {false, true}) {
    for (std::size_t t = 0; t < shape.max_length; ++t) {
      for (std::size_t i = 0; i < shape.head_size(); i += 2) {
        const double exponent = -static_cast<double>(i) / static_cast<double>(shape.head_size());
        const double angle = static_cast<double>(t) * std::pow(definition::rope_base, exponent);
        file.write(static_cast<float>(sine ? std::sin(angle) : std::cos(angle)));
      }
    }
  }
  file.write(numbers.subspan(before_tables));
  file.close();
}

Tokenizer parse_tokenizer(std::string_view bytes, std::string_view name) {
  ByteReader file(bytes, name);
  const auto longest = file.number<std::int32_t>();
  if (longest < 1) file.refuse("is no tokenizer: its longest piece has " + std::to_string(longest) + " bytes");
  Tokenizer tokenizer;
  while (!file.empty()) {
    const std::string piece = "piece " + std::to_string(tokenizer.pieces.size());
    const auto score = file.number<float>();
    if (std::isnan(score)) file.refuse("is no tokenizer: the score of " + piece + " is not a number");
    const auto length = file.number<std::int32_t>();
    if (length < 0 || length > longest) {
      file.refuse("is no tokenizer: " + piece + " has " + std::to_string(length) + " bytes, the longest " +
                  std::to_string(longest));
    }
    tokenizer.pieces.emplace_back(file.take(static_cast<std::uint64_t>(length)));
    tokenizer.scores.push_back(score);
    if (tokenizer.pieces.size() > most_pieces) {
      file.refuse("is no tokenizer: it has more than " + std::to_string(most_pieces) + " pieces");
    }
  }
  if (tokenizer.pieces.empty()) file.refuse("is no tokenizer: it has no pieces");
  return tokenizer;
}

Tokenizer load_tokenizer(const std::filesystem::path& path) {
  return parse_tokenizer(content_of(path, std::uintmax_t{1} << 32), path.string());
}

void save_tokenizer(const Tokenizer& tokenizer, const std::filesystem::path& path) {
  if (tokenizer.scores.size() != tokenizer.pieces.size()) {
    throw std::invalid_argument("a tokenizer has as many scores as pieces");
  }
  std::size_t longest = 1;
  for (const std::string& piece : tokenizer.pieces) longest = std::max(longest, piece.size());
  FileWriter file(path);
  file.write(static_cast<std::int32_t>(longest));
  for (std::size_t i = 0; i < tokenizer.pieces.size(); ++i) {
    file.write(tokenizer.scores[i]);
    file.write(static_cast<std::int32_t>(tokenizer.pieces[i].size()));
    file.write(std::span(tokenizer.pieces[i].data(), tokenizer.pieces[i].size()));
  }
  file.close();
}

}  // namespace tandem::language_model
