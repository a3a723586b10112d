#include "reference/rnn/lac.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

#include "reference/rnn/pieces.hpp"

namespace tandem::rnn::lac {
namespace {

void require_shapes(const Network& network) {
  const std::size_t h = network.hidden_size;
  const std::size_t tags = network.tag_count;
  std::size_t inputs = network.embedding_size;
  if (inputs == 0 || h == 0 || tags == 0 || network.layers.empty())
    throw std::invalid_argument("the network has an empty layer");
  require_length("the embedding", network.embedding.size(), network.character_count() * inputs);
  for (const auto& layer : network.layers) {
    for (const Direction& direction : layer) {
      require_shapes(direction.projection);
      require_length("an input of a layer", direction.projection.inputs, inputs);
      require_length("an input of a GRU", direction.projection.outputs, Gru::gates * h);
      require_length("the weights of a GRU", direction.weights.size(), weight_count<Gru>(h));
    }
    inputs = 2 * h;
  }
  require_shapes(network.emission);
  require_length("the input of the emissions", network.emission.inputs, inputs);
  require_length("an emission", network.emission.outputs, tags);
  require_length("start", network.start.size(), tags);
  require_length("end", network.end.size(), tags);
  require_length("transitions", network.transitions.size(), tags * tags);
}

/// The features of one layer for the character at `t`.
const float* features(const Problem& problem, const Answer& answer, std::size_t layer, std::size_t t) {
  const Network& network = *problem.network;
  return layer == 0 ? network.embedding.data() + problem.characters[t] * network.embedding_size
                    : answer.states[layer - 1].data() + t * 2 * network.hidden_size;
}

/// The characters in the order in which a direction meets them.
std::size_t position(std::size_t direction, std::size_t step, std::size_t length) {
  return direction == 0 ? step : length - 1 - step;
}

rnn::Problem<Gru, double> recurrence(const Direction& direction, std::size_t hidden_size, std::size_t steps) {
  return {.hidden_size = hidden_size,
          .weights = {direction.weights.begin(), direction.weights.end()},
          .initial_state = std::vector<double>(hidden_size),
          .input = std::vector<double>(steps * Gru::gates * hidden_size)};
}

}  // namespace

void shape(const Problem& problem, Answer& answer) {
  const std::size_t length = problem.characters.size();
  answer.tags.resize(length);
  answer.emissions.resize(length * problem.network->tag_count);
  answer.states.resize(problem.network->layers.size());
  for (auto& states : answer.states) states.resize(length * 2 * problem.network->hidden_size);
}

void reference(const Problem& problem, Answer& answer) {
  require_shapes(problem, answer);
  const Network& network = *problem.network;
  const std::size_t length = problem.characters.size();
  const std::size_t h = network.hidden_size;
  for (std::size_t layer = 0; layer < network.layers.size(); ++layer) {
    for (std::size_t direction = 0; direction < 2; ++direction) {
      const Direction& gru = network.layers[layer][direction];
      auto recurrent = recurrence(gru, h, length);
      for (std::size_t step = 0; step < length; ++step) {
        project(gru.projection, features(problem, answer, layer, position(direction, step, length)),
                recurrent.input.data() + step * Gru::gates * h);
      }
      rnn::Answer<double> exact{.states = std::vector<double>(length * h)};
      rnn::reference(recurrent, exact);
      for (std::size_t step = 0; step < length; ++step) {
        float* out = answer.states[layer].data() + (position(direction, step, length) * 2 + direction) * h;
        for (std::size_t i = 0; i < h; ++i) out[i] = static_cast<float>(exact.states[step * h + i]);
      }
    }
  }
  std::vector<double> scores(network.tag_count);
  for (std::size_t t = 0; t < length; ++t) {
    project(network.emission, features(problem, answer, network.layers.size(), t), scores.data());
    for (std::size_t tag = 0; tag < scores.size(); ++tag) {
      answer.emissions[t * network.tag_count + tag] = static_cast<float>(scores[tag]);
    }
  }
  answer.tags = best_tags(network, answer.emissions);
}

std::vector<int> best_tags(const Network& network, const std::vector<float>& emissions) {
  const std::size_t tags = network.tag_count;
  const std::size_t length = emissions.size() / tags;
  if (length == 0) return {};
  std::vector<double> score(tags);
  std::vector<double> next(tags);
  std::vector<int> came_from(length * tags);
  for (std::size_t to = 0; to < tags; ++to) score[to] = static_cast<double>(network.start[to]) + emissions[to];
  for (std::size_t t = 1; t < length; ++t) {
    for (std::size_t to = 0; to < tags; ++to) {
      double best = score[0] + network.transitions[to];
      int best_from = 0;
      for (std::size_t from = 1; from < tags; ++from) {
        const double candidate = score[from] + network.transitions[from * tags + to];
        if (candidate > best) {
          best = candidate;
          best_from = static_cast<int>(from);
        }
      }
      next[to] = best + emissions[t * tags + to];
      came_from[t * tags + to] = best_from;
    }
    std::swap(score, next);
  }
  for (std::size_t tag = 0; tag < tags; ++tag) score[tag] += network.end[tag];
  std::vector<int> best(length);
  best.back() = static_cast<int>(std::ranges::max_element(score) - score.begin());
  for (std::size_t t = length - 1; t > 0; --t) best[t - 1] = came_from[t * tags + static_cast<std::size_t>(best[t])];
  return best;
}

double residual(const Problem& problem, const Answer& answer, std::size_t stride) {
  require_shapes(problem, answer);
  const Network& network = *problem.network;
  const std::size_t length = problem.characters.size();
  const std::size_t h = network.hidden_size;
  double worst = 0;
  // A NaN is worse than everything, and stays.
  const auto compare = [&worst](float actual, double expected) {
    const double difference = std::abs(actual - expected);
    if (!(difference <= worst)) worst = std::isnan(worst) ? worst : difference;
  };
  std::vector<double> state(h);
  std::vector<double> next(h);
  for (std::size_t layer = 0; layer < network.layers.size(); ++layer) {
    for (std::size_t direction = 0; direction < 2; ++direction) {
      auto recurrent = recurrence(network.layers[layer][direction], h, 1);
      const auto state_at = [&](std::size_t step) {
        return answer.states[layer].data() + (position(direction, step, length) * 2 + direction) * h;
      };
      for (std::size_t step = 0; step < length; step += stride) {
        project(network.layers[layer][direction].projection,
                features(problem, answer, layer, position(direction, step, length)), recurrent.input.data());
        for (std::size_t i = 0; i < h; ++i) state[i] = step == 0 ? 0 : state_at(step - 1)[i];
        rnn::step(recurrent, state.data(), recurrent.input.data(), next.data());
        for (std::size_t i = 0; i < h; ++i) compare(state_at(step)[i], next[i]);
      }
    }
  }
  std::vector<double> scores(network.tag_count);
  for (std::size_t t = 0; t < length; t += stride) {
    project(network.emission, features(problem, answer, network.layers.size(), t), scores.data());
    for (std::size_t tag = 0; tag < scores.size(); ++tag) {
      compare(answer.emissions[t * network.tag_count + tag], scores[tag]);
    }
  }
  return worst;
}

void require_shapes(const Problem& problem, const Answer& answer) {
  if (problem.network == nullptr) throw std::invalid_argument("the problem has no network");
  const Network& network = *problem.network;
  require_shapes(network);
  const std::size_t length = problem.characters.size();
  const auto none = [&](std::uint32_t character) { return character >= network.character_count(); };
  if (const auto found = std::ranges::find_if(problem.characters, none); found != problem.characters.end()) {
    throw std::invalid_argument("character " + std::to_string(*found) + " is none of the network's " +
                                std::to_string(network.character_count()));
  }
  require_length("the tags", answer.tags.size(), length);
  require_length("the emissions", answer.emissions.size(), length * network.tag_count);
  require_length("the answer's layers", answer.states.size(), network.layers.size());
  for (const auto& states : answer.states) {
    require_length("the answer's states", states.size(), length * 2 * network.hidden_size);
  }
}

}  // namespace tandem::rnn::lac
