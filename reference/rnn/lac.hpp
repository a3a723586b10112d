// Baidu LAC's network for Chinese word segmentation and part-of-speech tagging, as Debian's python3-jieba ships it
// ("LAC small"): every character gets a tag such as n-B (a noun begins) or n-I (it goes on).
//
//   embedding       e_t = row of the character in a table
//   two layers      each: u = W x_t + b forward and another backward, a GRU over each (reference/rnn/rnn.hpp, the
//                   backward one from the end to the beginning), and the two states side by side
//   emissions       a score for every tag: W x_t + b of the last layer's states
//   tags            the sequence with the highest sum of emissions, transitions, start and end scores (a linear-chain
//                   conditional random field, decoded by Viterbi)
//
// Sizes of the shipped network: 20,941 characters, embedding 128, hidden 128, 57 tags. The code takes any.
// Sources: Jiao, Sun, Sun, "Chinese lexical analysis with deep Bi-GRU-CRF network", arXiv 1807.01882; the network as
// jieba/lac_small/nets.py of the package writes it down.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "reference/rnn/projected.hpp"

namespace tandem::rnn::lac {

/// One GRU with its input projection.
struct Direction {
  Projection projection;       ///< to 3 x hidden, gates in the order z, r, c
  std::vector<float> weights;  ///< of Gru: 3 x hidden x hidden, [gate][to][from]
};

struct Network {
  std::size_t embedding_size = 0;
  std::size_t hidden_size = 0;
  std::size_t tag_count = 0;
  std::vector<float> embedding;                  ///< characters x embedding_size
  std::vector<std::array<Direction, 2>> layers;  ///< {forward, backward}
  Projection emission;                           ///< from 2 x hidden to the tags
  std::vector<float> start;                      ///< tag_count: added to the score of the first tag
  std::vector<float> end;                        ///< ... and of the last
  std::vector<float> transitions;                ///< tag_count x tag_count, [from][to]

  std::size_t character_count() const { return embedding_size == 0 ? 0 : embedding.size() / embedding_size; }
};

/// One sequence of characters, given as rows of the embedding.
struct Problem {
  std::shared_ptr<const Network> network;
  std::vector<std::uint32_t> characters;
};

/// The caller gives it its sizes (`shape`); variants only fill it.
struct Answer {
  std::vector<int> tags;                   ///< one per character
  std::vector<float> emissions;            ///< characters x tag_count
  std::vector<std::vector<float>> states;  ///< per layer: characters x 2 hidden, forward then backward
};

/// Gives the answer the sizes that the problem asks for.
void shape(const Problem& problem, Answer& answer);

/// The definition, in double. O(characters x parameters of one step).
/// Throws std::invalid_argument where `require_shapes` does.
void reference(const Problem& problem, Answer& answer);

/// The tag sequence with the highest score; where two are equal, the one with the smaller last (then last but one, ...)
/// tag. O(characters x tags^2).
std::vector<int> best_tags(const Network& network, const std::vector<float>& emissions);

/// What the answer lacks of being one: the largest |difference| between its states and emissions at every stride-th
/// character and the definition applied to its own neighbours. Together with tags == best_tags(emissions) a proof.
double residual(const Problem& problem, const Answer& answer, std::size_t stride = 1);

/// The one place where input is refused. Throws std::invalid_argument if the vectors of the network, of the problem and
/// of the answer do not fit each other, or a character is none of the network's.
void require_shapes(const Problem& problem, const Answer& answer);

}  // namespace tandem::rnn::lac
