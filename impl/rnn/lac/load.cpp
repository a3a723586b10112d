// Reads LAC's network from the files of the package. The sizes of the network come from two of the files; every other
// one must fit them.
#include <algorithm>
#include <charconv>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "impl/rnn/lac.hpp"
#include "impl/rnn/lac/tensor.hpp"
#include "impl/support/files.hpp"

namespace tandem::rnn::lac {
namespace {

using Path = std::filesystem::path;

[[noreturn]] void refuse(const Path& file, const std::string& why) {
  throw std::invalid_argument(file.string() + ": " + why);
}

Tensor read_tensor(const Path& file) { return parse_tensor(content_of(file), file.string()); }

/// The weights of a file, which must have this shape.
std::vector<float> read_weights(const Path& file, const std::vector<std::size_t>& shape) {
  Tensor tensor = read_tensor(file);
  if (tensor.shape != shape) {
    refuse(file, "holds " + to_text(tensor.shape) + " weights where the network has " + to_text(shape));
  }
  return std::move(tensor.weights);
}

/// Calls use(id, text) for every line "id<tab>text".
template <class Use>
void read_dictionary(const Path& file, Use use) {
  const std::string content = content_of(file);
  std::string_view lines = without_mark(content, file.string());
  std::size_t number = 0;
  for (std::string_view line; next_line(lines, line);) {
    ++number;
    const std::size_t tab = line.find('\t');
    std::uint32_t id = 0;
    const auto [end, error] = std::from_chars(line.data(), line.data() + std::min(tab, line.size()), id);
    // A text of the dictionary may itself be a tab.
    if (tab == std::string_view::npos || error != std::errc{} || end != line.data() + tab || tab + 1 == line.size() ||
        id > 10'000'000) {
      refuse(file, "line " + std::to_string(number) + " is not a number, a tab and a text");
    }
    use(id, line.substr(tab + 1));
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
                          .weights = read_weights(folder / ("fc_" + number + ".w_0"), {inputs, outputs}),
                          .bias = read_weights(folder / ("fc_" + number + ".b_0"), {outputs})};
  const auto bias = read_weights(folder / ("gru_" + number + ".b_0"), {1, outputs});
  for (std::size_t i = 0; i < outputs; ++i) direction.projection.bias[i] += bias[i];
  direction.weights = transposed(read_weights(folder / ("gru_" + number + ".w_0"), {h, outputs}), h);
  return direction;
}

Network read_network(const Path& folder, std::size_t tags) {
  Tensor embedding = read_tensor(folder / "word_emb");
  if (embedding.shape.size() != 2) refuse(folder / "word_emb", "is no matrix");
  const Tensor recurrent = read_tensor(folder / "gru_0.w_0");
  if (recurrent.shape.size() != 2) refuse(folder / "gru_0.w_0", "is no matrix");
  const std::size_t h = recurrent.shape.front();
  Network network;
  network.embedding_size = embedding.shape[1];
  network.hidden_size = h;
  network.tag_count = tags;
  network.embedding = std::move(embedding.weights);
  std::size_t inputs = network.embedding_size;
  for (std::size_t layer = 0; layer < 2; ++layer) {
    network.layers.push_back(
        {read_direction(folder, 2 * layer, inputs, h), read_direction(folder, 2 * layer + 1, inputs, h)});
    inputs = 2 * h;
  }
  network.emission = {.inputs = inputs,
                      .outputs = tags,
                      .weights = read_weights(folder / "fc_4.w_0", {inputs, tags}),
                      .bias = read_weights(folder / "fc_4.b_0", {tags})};
  const auto scores = read_weights(folder / "crfw", {tags + 2, tags});
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
