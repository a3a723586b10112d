// Reads LAC's network from the files of the package. A file of weights is
//   uint32 0, uint64 0 (no levels of detail), uint32 0, int32 n, n bytes that describe the tensor, float32 numbers
// where the description is a protocol buffer: field 1 the type (5: float32), field 2, repeated, the dimensions.
// The sizes of the network come from two of the files; every other one must fit them.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <system_error>

#include "impl/rnn/lac.hpp"
#include "impl/support/bytes.hpp"

namespace tandem::rnn::lac {
namespace {

using Path = std::filesystem::path;

[[noreturn]] void refuse(const Path& file, const std::string& why) {
  throw std::invalid_argument(file.string() + ": " + why);
}

std::string to_text(const std::vector<std::size_t>& shape) {
  std::string text;
  for (const std::size_t size : shape) text += (text.empty() ? "" : " x ") + std::to_string(size);
  return text;
}

/// One file of weights: the header is read first and must account for every byte of the file before more is.
class TensorFile {
 public:
  explicit TensorFile(Path path) : path_(std::move(path)) {
    std::error_code error;
    const auto size = std::filesystem::file_size(path_, error);
    if (error) refuse(path_, "cannot be read (" + error.message() + ")");
    stream_.open(path_, std::ios::binary);
    std::array<char, prefix_bytes> prefix{};
    if (!stream_.read(prefix.data(), prefix.size())) refuse(path_, "too short for the header of a tensor");
    if (std::any_of(prefix.begin(), prefix.end() - 4, [](char byte) { return byte != 0; })) {
      refuse(path_, "begins with something else than the header of a tensor");
    }
    std::uint32_t description_bytes = 0;
    std::memcpy(&description_bytes, prefix.data() + prefix.size() - 4, 4);
    // A float tensor of two dimensions takes at most 2 + 2 * 11 bytes.
    if (description_bytes > 64) refuse(path_, "claims a header of " + std::to_string(description_bytes) + " bytes");
    std::string description(description_bytes, 0);
    if (!stream_.read(description.data(), description_bytes)) refuse(path_, "ends within its header");
    parse(description);

    const std::uintmax_t held = size - prefix_bytes - description_bytes;
    std::uintmax_t claimed = sizeof(float);
    for (const std::size_t extent : shape_) {
      // No product overflows: each factor is checked against what the file can hold.
      if (extent == 0 || extent > held / claimed) {
        refuse(path_, "claims " + to_text(shape_) + " weights but holds " + std::to_string(held) + " bytes of them");
      }
      claimed *= extent;
    }
    if (claimed != held) {
      refuse(path_, "claims " + to_text(shape_) + " weights but holds " + std::to_string(held) + " bytes of them");
    }
  }

  const std::vector<std::size_t>& shape() const { return shape_; }

  /// The weights, which must have this shape.
  std::vector<float> read(const std::vector<std::size_t>& shape) {
    if (shape_ != shape) refuse(path_, "holds " + to_text(shape_) + " weights where the network has " + to_text(shape));
    std::size_t count = 1;
    for (const std::size_t size : shape_) count *= size;
    std::vector<float> weights(count);
    if (!stream_.read(reinterpret_cast<char*>(weights.data()), static_cast<std::streamsize>(count * sizeof(float)))) {
      refuse(path_, "cannot be read to its end");
    }
    for (const float weight : weights) {
      if (!std::isfinite(weight)) refuse(path_, "holds a weight that is no finite number");
    }
    return weights;
  }

 private:
  static constexpr std::size_t prefix_bytes = 4 + 8 + 4 + 4;

  void parse(std::string_view description) {
    ByteReader reader(description, [this](std::string_view) { refuse(path_, "has a damaged header"); });
    bool is_float = false;
    while (!reader.empty()) {
      const std::uint64_t field = reader.varint();
      const std::uint64_t value = reader.varint();
      if (field == (1U << 3)) {
        is_float = value == 5;
      } else if (field == (2U << 3)) {
        shape_.push_back(value);
      } else {
        refuse(path_, "has a damaged header");
      }
    }
    if (!is_float) refuse(path_, "does not hold float32 weights");
    if (shape_.empty() || shape_.size() > 2) refuse(path_, "is no vector or matrix");
  }

  Path path_;
  std::ifstream stream_;
  std::vector<std::size_t> shape_;
};

/// Calls use(id, text) for every line "id<tab>text".
template <class Use>
void read_dictionary(const Path& file, Use use) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) refuse(file, "cannot be read");
  std::size_t number = 0;
  for (std::string line; std::getline(stream, line);) {
    ++number;
    const std::size_t tab = line.find('\t');
    std::uint32_t id = 0;
    const auto [end, error] = std::from_chars(line.data(), line.data() + std::min(tab, line.size()), id);
    // A text of the dictionary may itself be a tab.
    if (tab == std::string::npos || error != std::errc{} || end != line.data() + tab || tab + 1 == line.size() ||
        id > 10'000'000) {
      refuse(file, "line " + std::to_string(number) + " is not a number, a tab and a text");
    }
    use(id, std::string_view(line).substr(tab + 1));
  }
}

/// [from][gate x to] for z and r, then [from][to] for c, to [gate][to][from].
std::vector<float> transposed(const std::vector<float>& stored, std::size_t h) {
  std::vector<float> weights(stored.size());
  for (std::size_t gate = 0; gate < Gru::gates; ++gate) {
    for (std::size_t to = 0; to < h; ++to) {
      for (std::size_t from = 0; from < h; ++from) {
        weights[(gate * h + to) * h + from] =
            gate < 2 ? stored[from * 2 * h + gate * h + to] : stored[2 * h * h + from * h + to];
      }
    }
  }
  return weights;
}

Direction read_direction(const Path& folder, std::size_t index, std::size_t inputs, std::size_t h) {
  const std::string number = std::to_string(index);
  const std::size_t outputs = Gru::gates * h;
  Direction direction;
  direction.projection = {.inputs = inputs,
                          .outputs = outputs,
                          .weights = TensorFile(folder / ("fc_" + number + ".w_0")).read({inputs, outputs}),
                          .bias = TensorFile(folder / ("fc_" + number + ".b_0")).read({outputs})};
  const auto bias = TensorFile(folder / ("gru_" + number + ".b_0")).read({1, outputs});
  for (std::size_t i = 0; i < outputs; ++i) direction.projection.bias[i] += bias[i];
  direction.weights = transposed(TensorFile(folder / ("gru_" + number + ".w_0")).read({h, outputs}), h);
  return direction;
}

Network read_network(const Path& folder, std::size_t tags) {
  TensorFile embedding(folder / "word_emb");
  const auto size_of = [](const TensorFile& file, const Path& path) {
    if (file.shape().size() != 2) refuse(path, "is no matrix");
    return file.shape();
  };
  const auto table = size_of(embedding, folder / "word_emb");
  const std::size_t h = size_of(TensorFile(folder / "gru_0.w_0"), folder / "gru_0.w_0").front();
  Network network;
  network.embedding_size = table[1];
  network.hidden_size = h;
  network.tag_count = tags;
  network.embedding = embedding.read(table);
  std::size_t inputs = network.embedding_size;
  for (std::size_t layer = 0; layer < 2; ++layer) {
    network.layers.push_back(
        {read_direction(folder, 2 * layer, inputs, h), read_direction(folder, 2 * layer + 1, inputs, h)});
    inputs = 2 * h;
  }
  network.emission = {.inputs = inputs,
                      .outputs = tags,
                      .weights = TensorFile(folder / "fc_4.w_0").read({inputs, tags}),
                      .bias = TensorFile(folder / "fc_4.b_0").read({tags})};
  const auto scores = TensorFile(folder / "crfw").read({tags + 2, tags});
  const auto row = [&](std::size_t index) { return scores.begin() + static_cast<std::ptrdiff_t>(index * tags); };
  network.start.assign(row(0), row(1));
  network.end.assign(row(1), row(2));
  network.transitions.assign(row(2), scores.end());
  return network;
}

std::vector<std::string> read_tags(const Path& file) {
  std::vector<std::string> tags;
  read_dictionary(file, [&](std::uint32_t id, std::string_view name) {
    if (id != tags.size()) refuse(file, "the tags are not numbered 0, 1, 2, ...");
    tags.emplace_back(name);
  });
  if (tags.empty() || tags.size() > 10'000) refuse(file, "holds " + std::to_string(tags.size()) + " tags");
  return tags;
}

}  // namespace

Model load(const Path& folder) {
  std::error_code ignored;
  const Path words = folder / "word.dic";
  if (!std::filesystem::exists(words, ignored)) {
    throw std::invalid_argument(
        "no LAC network in '" + folder.string() +
        "': it is the folder jieba/lac_small of Debian's package python3-jieba (apt-get download python3-jieba && "
        "dpkg-deb -x python3-jieba_*.deb X makes it X/usr/lib/python3/dist-packages/jieba/lac_small)");
  }
  Model model;
  model.tags = read_tags(folder / "tag.dic");
  std::optional<std::uint32_t> unknown;
  std::uint32_t largest = 0;
  read_dictionary(words, [&](std::uint32_t id, std::string_view text) {
    largest = std::max(largest, id);
    // Texts of several characters are classes; LAC uses the one below alone.
    if (text == "OOV") unknown = id;
    std::u32string characters;
    try {
      characters = decode_utf8(text);
    } catch (const std::invalid_argument& failure) {
      refuse(words, failure.what());
    }
    if (characters.size() == 1 && !model.dictionary.emplace(characters.front(), id).second) {
      refuse(words, "has two numbers for '" + std::string(text) + "'");
    }
  });
  if (!unknown) refuse(words, "lacks OOV, the entry for characters that it does not know");
  model.unknown = *unknown;
  model.network = std::make_shared<const Network>(read_network(folder / "model_baseline", model.tags.size()));
  if (largest >= model.network->character_count()) {
    refuse(words, "numbers characters up to " + std::to_string(largest) + " where the network has " +
                      std::to_string(model.network->character_count()));
  }
  return model;
}

std::vector<std::uint32_t> Model::ids(std::u32string_view text) const {
  std::vector<std::uint32_t> numbers(text.size());
  std::ranges::transform(text, numbers.begin(), [this](char32_t character) {
    const auto found = dictionary.find(character);
    return found == dictionary.end() ? unknown : found->second;
  });
  return numbers;
}

}  // namespace tandem::rnn::lac
