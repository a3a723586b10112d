#include "problems/rnn/lac.hpp"

#include <algorithm>
#include <fstream>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <unordered_map>

#include "impl/support/random.hpp"
#include "problems/support/data.hpp"

namespace tandem::rnn::lac {
namespace {

constexpr const char* network_folder = "usr/lib/python3/dist-packages/jieba/lac_small";

std::u32string read_text() {
  std::ostringstream bytes;
  if (const auto file = problems::chinese_text()) bytes << std::ifstream(*file, std::ios::binary).rdbuf();
  const std::u32string lines = decode_utf8(bytes.str());
  std::u32string text;
  for (std::size_t begin = 0; begin < lines.size();) {
    const std::size_t end = std::min(lines.find(U'\n', begin), lines.size());
    text += stripped(std::u32string_view(lines).substr(begin, end - begin));
    begin = end + 1;
  }
  return text;
}

const std::u32string& whole_text() {
  static const std::u32string text = read_text();
  return text;
}

const std::u32string& chinese_text() {
  static const std::u32string text = [] {
    std::u32string characters = whole_text();
    std::erase_if(characters, [](char32_t c) { return c < 0x4E00 || c > 0x9FFF; });
    return characters;
  }();
  return text;
}

}  // namespace

std::filesystem::path shipped_folder() { return problems::data_place().folder / network_folder; }

bool data_is_there() {
  // Both are asked for, so that both are named.
  const auto network =
      problems::fetched_data(std::string(network_folder) + "/word.dic", "LAC's network, for rnn_lac and rnn_gru");
  const auto text = problems::chinese_text();
  return network && text;
}

const Model& shipped_model() {
  static const Model model = load(shipped_folder());
  return model;
}

std::u32string shipped_text(Text text, std::size_t count, std::uint64_t seed) {
  const std::u32string& source = text == Text::whole ? whole_text() : chinese_text();
  if (source.empty())
    throw std::invalid_argument("there is no Chinese text in " + problems::data_place().folder.string());
  const std::size_t begin = random_bits(seed, 0) % source.size();
  std::u32string result(count, U' ');
  for (std::size_t i = 0; i < count; ++i) result[i] = source[(begin + i) % source.size()];
  return result;
}

rnn::Problem<Gru> first_layer(Text text, std::size_t count, std::uint64_t seed) {
  const Model& model = shipped_model();
  const Direction& forward = model.network->layers.front().front();
  const std::size_t outputs = forward.projection.outputs;
  rnn::Problem<Gru> problem{.hidden_size = model.network->hidden_size,
                            .weights = forward.weights,
                            .initial_state = std::vector<float>(model.network->hidden_size),
                            .input = std::vector<float>(count * outputs)};
  std::unordered_map<std::uint32_t, std::vector<double>> projected;
  const std::vector<std::uint32_t> characters = model.ids(shipped_text(text, count, seed));
  for (std::size_t t = 0; t < count; ++t) {
    std::vector<double>& row = projected[characters[t]];
    if (row.empty()) {
      row.resize(outputs);
      project(forward.projection, model.network->embedding.data() + characters[t] * model.network->embedding_size,
              row.data());
    }
    for (std::size_t i = 0; i < outputs; ++i) problem.input[t * outputs + i] = static_cast<float>(row[i]);
  }
  return problem;
}

Problem text_problem(Text text, std::size_t count, std::uint64_t seed) {
  return {.network = shipped_model().network, .characters = shipped_model().ids(shipped_text(text, count, seed))};
}

Problem small_problem(std::size_t count, std::uint64_t seed) {
  std::uint64_t item = 0;
  const auto random = [&](std::size_t size) {
    std::vector<float> numbers(size);
    for (float& number : numbers) number = static_cast<float>(2 * random_uniform(seed, item++, 1) - 1);
    return numbers;
  };
  const auto projection = [&](std::size_t inputs, std::size_t outputs) {
    return Projection{
        .inputs = inputs, .outputs = outputs, .weights = random(inputs * outputs), .bias = random(outputs)};
  };
  constexpr std::size_t characters = 50;
  constexpr std::size_t h = 9;
  constexpr std::size_t tags = 5;
  auto network = std::make_shared<Network>();
  network->embedding_size = 6;
  network->hidden_size = h;
  network->tag_count = tags;
  network->embedding = random(characters * network->embedding_size);
  const auto direction = [&](std::size_t inputs) {
    return Direction{.projection = projection(inputs, 3 * h), .weights = random(3 * h * h)};
  };
  network->layers.push_back({direction(6), direction(6)});
  network->layers.push_back({direction(2 * h), direction(2 * h)});
  network->emission = projection(2 * h, tags);
  network->start = random(tags);
  network->end = random(tags);
  network->transitions = random(tags * tags);
  Problem problem{.network = std::move(network), .characters = std::vector<std::uint32_t>(count)};
  for (std::size_t i = 0; i < count; ++i) {
    problem.characters[i] = static_cast<std::uint32_t>(random_bits(seed, i, 2) % characters);
  }
  return problem;
}

}  // namespace tandem::rnn::lac
