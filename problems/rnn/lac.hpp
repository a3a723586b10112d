// LAC's network and a long Chinese text, for every method that wants real data. They are read when first asked for.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "impl/rnn/lac.hpp"

namespace tandem::rnn::lac {

/// Where ci/setup.sh puts the network.
std::filesystem::path shipped_folder();

/// Whether network and text are there; what is not is among problems::absences().
bool data_is_there();

/// The network in shipped_folder(). Throws as load() does.
const Model& shipped_model();

enum class Text {
  whole,   ///< the Chinese Debian Reference: lines without the white space at their ends, one after the other
  chinese  ///< its CJK characters alone (U+4E00 to U+9FFF), about 103,000
};

/// `count` characters from a place that the seed draws; the text begins anew where it ends.
std::u32string shipped_text(Text text, std::size_t count, std::uint64_t seed);

/// What LAC's first layer, forward, computes over that text: a recurrence with weights of a trained network.
rnn::Problem<Gru> first_layer(Text text, std::size_t count, std::uint64_t seed);

/// The shipped network on that text.
Problem text_problem(Text text, std::size_t count, std::uint64_t seed);

/// The agreement test takes many awkward lengths: a small network of random weights, with sizes that are multiples of
/// no register's, does them in no time. The shipped one is checked on every workload.
Problem small_problem(std::size_t count, std::uint64_t seed);

}  // namespace tandem::rnn::lac
