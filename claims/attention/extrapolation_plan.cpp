// What is trained: the one table, fixed before the run.
#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "claims/attention/extrapolation.hpp"
#include "impl/language_model/training/text.hpp"
#include "problems/support/data.hpp"

namespace tandem::claims {
namespace {

using attention::Relative;
using attention::Scale;
using language_model::Shape;
using language_model::Variation;

/// Heads of 64 numbers, bytes as tokens.
Shape shape_of(std::size_t width, std::size_t layers, std::size_t heads, std::size_t length) {
  return {.dim = width,
          .hidden_dim = (8 * width / 3 + 3) / 4 * 4,
          .layers = layers,
          .heads = heads,
          .kv_heads = heads,
          .vocabulary = 256,
          .max_length = length,
          .shared_classifier = true};
}

constexpr Variation untied_variation{.query_bias = true, .key_bias = true};
constexpr Variation tied_variation{.query_bias = true, .key_bias = true, .tied_bias = true};

Variation post(Variation variation) {
  variation.post_norm = true;
  return variation;
}

Variation without_rope(Variation variation) {
  variation.rope = false;
  return variation;
}

/// The slope is that of the fourth of eight heads, 1/16: one head would have 1/256, which is next to none.
constexpr attention::RelativeBias alibi_bias{.kind = Relative::alibi, .first = 16};
constexpr attention::RelativeBias kerple_bias{.kind = Relative::kerple_log, .first = 1, .second = 1};
constexpr attention::RelativeBias sandwich_bias{.kind = Relative::sandwich, .first = 0.25, .second = 10000};

Variation relative_alone(const attention::RelativeBias& bias) { return {.rope = false, .relative = bias}; }

}  // namespace

const Plan& full_plan() {
  static const Plan plan{.name = "full",
                         .steps = 1500,
                         .sequences = 16,
                         .length = 128,
                         .segments = 96,
                         .small = shape_of(64, 2, 1, 128),
                         .large = shape_of(128, 4, 2, 128)};
  return plan;
}

const Plan& quick_plan() {
  static const Plan plan{.name = "quick",
                         .steps = 100,
                         .sequences = 4,
                         .length = 64,
                         .segments = 8,
                         .small = shape_of(32, 1, 1, 64),
                         .large = shape_of(64, 1, 1, 64)};
  return plan;
}

const std::vector<Configuration>& configurations() {
  static const std::vector<Configuration> all = {
      {"none", {}},
      {"untied", untied_variation},
      {"tied", tied_variation},
      {"post_none", post({})},
      {"post_untied", post(untied_variation)},
      {"post_tied", post(tied_variation)},
      {"query", {.query_bias = true}},
      {"key", {.key_bias = true}},
      {"value", {.value_bias = true}},
      {"nope", without_rope({})},
      {"nope_untied", without_rope(untied_variation)},
      {.name = "log_n", .variation = {.scaling = {.policy = Scale::logarithmic}}, .seeds = 5},
      {.name = "alibi", .variation = relative_alone(alibi_bias), .seeds = 5},
      {.name = "kerple", .variation = relative_alone(kerple_bias), .seeds = 5},
      {.name = "sandwich", .variation = relative_alone(sandwich_bias), .seeds = 5},
      {.name = "xpos", .variation = {.decay = 0.99}, .seeds = 5},
      {.name = "post_alibi", .variation = post(relative_alone(alibi_bias)), .seeds = 5},
      {.name = "post_kerple", .variation = post(relative_alone(kerple_bias)), .seeds = 5},
      {.name = "post_sandwich", .variation = post(relative_alone(sandwich_bias)), .seeds = 5},
      {.name = "large_none", .variation = {}, .large = true, .seeds = 8},
      {.name = "large_untied", .variation = untied_variation, .large = true, .seeds = 8},
      {.name = "large_tied", .variation = tied_variation, .large = true, .seeds = 8},
  };
  return all;
}

const Configuration& configuration_named(std::string_view name) {
  const auto found = std::ranges::find(configurations(), name, &Configuration::name);
  if (found == configurations().end()) throw std::invalid_argument("no configuration is called " + std::string(name));
  return *found;
}

const ExtrapolationText& extrapolation_text() {
  static const ExtrapolationText text = [] {
    const auto path = problems::fetched_data("kjv.txt", "the King James Bible, for attention's trained models");
    if (!path) throw std::invalid_argument("the King James Bible is not there; ci/test brings it");
    std::ifstream file(*path, std::ios::binary);
    const std::string all{std::istreambuf_iterator<char>(file), {}};
    const auto [training, held_out] = language_model::split_text(all, 0.05);
    return ExtrapolationText{std::string(training), std::string(held_out)};
  }();
  return text;
}

}  // namespace tandem::claims
