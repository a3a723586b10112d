// Tiny causal models that are trained at one length and tested beyond it: what is trained, and what is kept of each.
//
// The settings were fixed before any of them was run (section B7 of the claims, claims/attention/extrapolation.cpp).
// A model is a function of plan, configuration, seed and text, whatever the number of threads; widths of registers
// change its last bits. Configurations of one size and one seed begin with the same numbers and see the same batches.
#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "reference/language_model/language_model.hpp"

namespace tandem::claims {

/// Bytes of text: those that are learnt, and those that are not.
struct ExtrapolationText {
  std::string training;
  std::string held_out;
};

/// How models are trained and tested.
struct Plan {
  std::string name;
  std::size_t steps;
  std::size_t sequences;  ///< in a batch
  std::size_t length;     ///< trained, in bytes
  std::size_t segments;   ///< of held-out text, whose last `length` / 2 bytes are asked for
  language_model::Shape small;
  language_model::Shape large;
};

/// Section 10 of the plan: 1,500 steps of 16 x 128 bytes; and one that takes seconds and decides nothing.
const Plan& full_plan();
const Plan& quick_plan();

/// One model of the table.
struct Configuration {
  std::string name;
  language_model::Variation variation;
  bool large = false;
  std::size_t seeds = 16;
};

/// All of them, those that matter most first.
const std::vector<Configuration>& configurations();
/// Throws std::invalid_argument for a name that is not there.
const Configuration& configuration_named(std::string_view name);

/// Lengths that are tested, as multiples of the trained one.
inline constexpr std::array<std::size_t, 4> multiples = {1, 2, 4, 8};

/// Of the last segment with as much text before it as makes up 1, 2, 4, 8 trained lengths: the same bytes each time.
struct Curve {
  std::array<double, 4> accuracy{};  ///< per cent
  std::array<double, 4> bits{};      ///< per byte
};

/// The query and key bias of one layer, of head 0: their lengths, their cosine, and the correlation of their score
/// a^T R_D b with -log D over the distances up to 8 trained lengths.
struct BiasPair {
  double query = 0;
  double key = 0;
  double cosine = 0;
  double decay = 0;
};

/// What is kept of a trained model.
struct Record {
  std::string configuration;
  std::size_t seed = 0;
  Curve plain{};            ///< as it was trained
  Curve window{};           ///< with a window of the trained length while it is tested
  Curve log_n{};            ///< with the factor max(1, log n / log length) while it is tested
  Curve repeated{};         ///< text whose second half is its first: what is asked for stands half the length before
  Curve repeated_window{};  ///< the same with the window
  std::array<double, 4> whole{};   ///< accuracy over all positions, per cent
  std::vector<BiasPair> biases{};  ///< by layer, where both are there
  double seconds = 0;              ///< on one thread
  std::string simd{};
  std::string processor{};  ///< and revision: where it was trained; empty in records from before they were kept
  std::string revision{};
};

/// Trains and tests one model, on the calling thread.
Record trained_record(const Plan& plan, const Configuration& configuration, std::size_t seed,
                      const ExtrapolationText& text);

/// The King James Bible, its last twentieth held out. Throws std::invalid_argument where it is missing.
const ExtrapolationText& extrapolation_text();

}  // namespace tandem::claims
