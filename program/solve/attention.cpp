// tandem solve attention: outputs, entropies and the largest weights, of seeded or of one's own queries, keys and
// values.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "benchmarks/suite/json_text.hpp"
#include "benchmarks/suite/machine.hpp"
#include "benchmarks/suite/registry.hpp"
#include "problems/attention/problems.hpp"
#include "problems/support/npy.hpp"
#include "program/program.hpp"

namespace tandem::program {
namespace {

using nlohmann::ordered_json;

struct AttentionOptions {
  std::string queries, keys, values, query_bias, key_bias, addend;  // files
  attention::Problem problem;                                       // but for its numbers
  std::size_t most_weights = 5;
  std::vector<std::size_t> rows;  // none: the last one
  std::string variant = "simd_omp";
  std::string out;
  std::uint64_t seed = 1;
  bool json = false;
};

constexpr std::size_t most_of_a_matrix = std::size_t{1} << 28;

/// One query, with what is shown of it.
struct ShownRow {
  std::size_t head;
  std::size_t query;
  std::vector<std::pair<std::size_t, double>> largest;  ///< keys with their weights
};

struct Input {
  attention::Problem problem;
  std::vector<std::size_t> axes;  ///< of the queries, and so of the output
};

problems::Array array_in(const std::string& file) {
  problems::Array array = problems::read_npy(file, most_of_a_matrix, problems::NpyType::floats);
  if (!std::ranges::all_of(array.values, [](float number) { return std::isfinite(number); })) {
    throw std::invalid_argument(file + " holds a number that is not finite");
  }
  return array;
}

/// Heads, rows and width; without heads it is one.
std::array<std::size_t, 3> sizes_of(const std::string& file, const problems::Array& array) {
  const auto& axes = array.axes;
  if (axes.size() == 2) return {1, axes[0], axes[1]};
  if (axes.size() == 3) return {axes[0], axes[1], axes[2]};
  throw std::invalid_argument(
      fmt::format("{} has {} axes, not rows x width or heads x rows x width", file, axes.size()));
}

Input from_files(const AttentionOptions& options) {
  Input input{options.problem, {}};
  attention::Shape& shape = input.problem.shape;
  problems::Array queries = array_in(options.queries);
  problems::Array keys = array_in(options.keys);
  problems::Array values = array_in(options.values);
  const auto [heads, query_count, width] = sizes_of(options.queries, queries);
  const auto [key_heads, key_count, key_width] = sizes_of(options.keys, keys);
  if (key_width != width) {
    throw std::invalid_argument(
        fmt::format("{} has rows of {} numbers, but {} of {}", options.keys, key_width, options.queries, width));
  }
  if (values.axes != keys.axes) throw std::invalid_argument(options.values + " has another shape than " + options.keys);
  shape = {heads, key_heads, query_count, key_count, width};
  input.axes = queries.axes;
  input.problem.queries = std::move(queries.values);
  input.problem.keys = std::move(keys.values);
  input.problem.values = std::move(values.values);
  return input;
}

Input seeded(const AttentionOptions& options) {
  const attention::Shape& shape = options.problem.shape;
  for (const double count : {static_cast<double>(shape.heads) * static_cast<double>(shape.queries),
                             static_cast<double>(shape.key_heads) * static_cast<double>(shape.keys)}) {
    if (count * static_cast<double>(shape.width) > static_cast<double>(most_of_a_matrix)) {
      throw std::invalid_argument(fmt::format("a matrix of more than {} numbers is more than fits", most_of_a_matrix));
    }
  }
  Input input{options.problem, {shape.heads, shape.queries, shape.width}};
  attention::Problem numbers = attention::random_problem(shape, options.seed);
  input.problem.queries = std::move(numbers.queries);
  input.problem.keys = std::move(numbers.keys);
  input.problem.values = std::move(numbers.values);
  return input;
}

Input input_of(const AttentionOptions& options) {
  const int given = !options.queries.empty() + !options.keys.empty() + !options.values.empty();
  if (given % 3 != 0) {
    throw std::invalid_argument("give --queries, --keys and --values together, or none of them for seeded ones");
  }
  Input input = given == 3 ? from_files(options) : seeded(options);
  if (!options.query_bias.empty()) input.problem.query_bias = array_in(options.query_bias).values;
  if (!options.key_bias.empty()) input.problem.key_bias = array_in(options.key_bias).values;
  if (!options.addend.empty()) {  // -inf hides a key; the library refuses what is not allowed
    input.problem.addend = problems::read_npy(options.addend, most_of_a_matrix, problems::NpyType::floats).values;
  }
  return input;
}

std::vector<ShownRow> shown_rows(const AttentionOptions& options, const attention::Problem& problem) {
  const attention::Shape& shape = problem.shape;
  std::vector<std::size_t> queries = options.rows;
  if (queries.empty() && shape.queries > 0) queries.push_back(shape.queries - 1);
  std::vector<ShownRow> shown;
  for (const std::size_t query : queries) {
    if (query >= shape.queries) {
      throw std::invalid_argument(
          fmt::format("there is no query {}: they are numbered from 0, and there are {}", query, shape.queries));
    }
    for (std::size_t head = 0; head < shape.heads; ++head) {
      const std::vector<double> weights = attention::exact_row(problem, head, query).weights;
      std::vector<std::size_t> keys(weights.size());
      std::iota(keys.begin(), keys.end(), std::size_t{0});
      const auto count = static_cast<std::ptrdiff_t>(std::min(options.most_weights, keys.size()));
      std::ranges::partial_sort(keys, keys.begin() + count, [&](std::size_t a, std::size_t b) {
        return weights[a] != weights[b] ? weights[a] > weights[b] : a < b;
      });
      ShownRow& row = shown.emplace_back(ShownRow{head, query, {}});
      for (std::ptrdiff_t i = 0; i < count; ++i) row.largest.emplace_back(keys[i], weights[keys[i]]);
    }
  }
  return shown;
}

std::span<const float> entropies_of(const attention::Problem& problem, const attention::Answer& answer,
                                    std::size_t head) {
  return std::span(answer.entropy).subspan(head * problem.shape.queries, problem.shape.queries);
}

void print_json(const AttentionOptions& options, const attention::Problem& problem, const attention::Answer& answer,
                const std::vector<ShownRow>& shown, double seconds) {
  const attention::Shape& shape = problem.shape;
  ordered_json entropies = ordered_json::array();
  for (std::size_t head = 0; head < shape.heads; ++head) {
    const auto of_head = entropies_of(problem, answer, head);
    entropies.push_back(std::vector<float>(of_head.begin(), of_head.end()));
  }
  ordered_json largest = ordered_json::array();
  for (const ShownRow& row : shown) {
    ordered_json weights = ordered_json::array();
    for (const auto& [key, weight] : row.largest) weights.push_back({{"key", key}, {"weight", weight}});
    largest.push_back({{"head", row.head}, {"query", row.query}, {"weights", weights}});
  }
  ordered_json object = {{"heads", shape.heads}, {"key_heads", shape.key_heads}, {"queries", shape.queries},
                         {"keys", shape.keys},   {"width", shape.width},         {"variant", options.variant},
                         {"seconds", seconds},   {"entropies", entropies},       {"largest_weights", largest}};
  if (options.queries.empty()) object["seed"] = options.seed;
  if (!options.out.empty()) object["out"] = options.out;
  fmt::print("{}\n", suite::json_text(object));
}

void print_text(const AttentionOptions& options, const attention::Problem& problem, const attention::Answer& answer,
                const std::vector<ShownRow>& shown, double seconds) {
  const attention::Shape& shape = problem.shape;
  fmt::print("{} heads of {} queries and {} keys ({} key heads), {} numbers each: {:.3f} s\n\n", shape.heads,
             shape.queries, shape.keys, shape.key_heads, shape.width, seconds);
  fmt::print("{:>4}  {:>12}  {:>12}  {:>12}   in nats\n", "head", "mean entropy", "least", "largest");
  for (std::size_t head = 0; head < shape.heads && shape.queries > 0; ++head) {
    const auto entropies = entropies_of(problem, answer, head);
    const auto [least, most] = std::ranges::minmax(entropies);
    const double sum = std::accumulate(entropies.begin(), entropies.end(), 0.0);
    fmt::print("{:>4}  {:>12.4f}  {:>12.4f}  {:>12.4f}\n", head, sum / static_cast<double>(shape.queries), least, most);
  }
  fmt::print("\n{:>4}  {:>8}  {:>8}  largest weights\n", "head", "query", "entropy");
  for (const ShownRow& row : shown) {
    std::string line;
    for (const auto& [key, weight] : row.largest) line += fmt::format("  {:.4f} of key {}", weight, key);
    fmt::print("{:>4}  {:>8}  {:>8.4f}{}\n", row.head, row.query, entropies_of(problem, answer, row.head)[row.query],
               line);
  }
  if (!options.out.empty()) fmt::print("\nthe output is written to {}\n", options.out);
}

void solve_attention(const AttentionOptions& options) {
  const auto& variant = suite::typed_variant<attention::Problem, attention::Answer>("attention_full", options.variant);
  const auto [problem, axes] = input_of(options);
  attention::Answer answer = attention::room_for(problem);
  attention::require_valid(problem, answer);
  if (const auto reason = variant.unsuited ? variant.unsuited(problem) : std::nullopt) {
    throw std::invalid_argument(options.variant + " does not take this: " + *reason);
  }
  const std::vector<ShownRow> shown = shown_rows(options, problem);
  const auto begin = std::chrono::steady_clock::now();
  variant.run(problem, answer, suite::all_cores());
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  if (!options.out.empty()) problems::write_npy(options.out, axes, answer.output);
  (options.json ? print_json : print_text)(options, problem, answer, shown, seconds);
}

template <class Choice>
using Names = std::map<std::string, Choice>;

void add_input(CLI::App& verb, AttentionOptions& options) {
  attention::Shape& shape = options.problem.shape;
  shape = {.heads = 4, .key_heads = 4, .queries = 256, .keys = 256, .width = 64};
  verb.add_option("--queries", options.queries, "A .npy file of floats, heads x queries x width, or without heads");
  verb.add_option("--keys", options.keys, "The same of keys; fewer heads are shared by neighbouring ones of queries");
  verb.add_option("--values", options.values, "The same of values");
  verb.add_option("--query-bias", options.query_bias, "A .npy file, heads x width, added before the rotation");
  verb.add_option("--key-bias", options.key_bias, "The same for keys");
  verb.add_option("--addend", options.addend, "A .npy file with a number for each key's scores; -inf hides the key");
  verb.add_option("--heads", shape.heads, "Seeded: heads")->capture_default_str();
  verb.add_option("--key-heads", shape.key_heads, "Seeded: heads of keys and values")->capture_default_str();
  verb.add_option("--query-count", shape.queries, "Seeded: queries; the last one sees the last key")
      ->capture_default_str();
  verb.add_option("--key-count", shape.keys, "Seeded: keys")->capture_default_str();
  verb.add_option("--width", shape.width, "Seeded: numbers of a query, key or value")->capture_default_str();
  verb.add_option("--seed", options.seed, "Seed of the numbers")->capture_default_str();
}

void add_scores(CLI::App& verb, attention::Problem& problem) {
  verb.add_flag("--causal", problem.mask.causal, "A query sees the keys up to its own place alone");
  verb.add_option("--window", problem.mask.window, "With --causal: so many keys, its own place included; 0: all");
  verb.add_option("--scale", problem.scaling.policy,
                  "standard, logarithmic (log n / log base), post_hoc (that, or 1), "
                  "natural (log n) or learned (slope log n)")
      ->transform(CLI::CheckedTransformer(Names<attention::Scale>{{"standard", attention::Scale::standard},
                                                                  {"logarithmic", attention::Scale::logarithmic},
                                                                  {"post_hoc", attention::Scale::post_hoc},
                                                                  {"natural", attention::Scale::natural},
                                                                  {"learned", attention::Scale::learned}}));
  verb.add_flag("--per-row", problem.scaling.per_row, "n is the number of keys that a row sees, not of all keys");
  verb.add_option("--scale-base", problem.scaling.base, "Base of the logarithm")->capture_default_str();
  verb.add_option("--slope", problem.scaling.slope, "Slope of the learned scale")->capture_default_str();
  verb.add_option("--relative", problem.relative.kind, "none, alibi, kerple_log, kerple_power or sandwich")
      ->transform(
          CLI::CheckedTransformer(Names<attention::Relative>{{"none", attention::Relative::none},
                                                             {"alibi", attention::Relative::alibi},
                                                             {"kerple_log", attention::Relative::kerple_log},
                                                             {"kerple_power", attention::Relative::kerple_power},
                                                             {"sandwich", attention::Relative::sandwich}}));
  verb.add_option("--relative-first", problem.relative.first, "Its factor")->capture_default_str();
  verb.add_option("--relative-second", problem.relative.second, "Its second parameter: rate, power or base")
      ->capture_default_str();
}

void add_rotation(CLI::App& verb, attention::Rotation& rotation) {
  verb.add_option("--rope", rotation.width, "So many numbers of queries and keys are turned (RoPE)")
      ->capture_default_str();
  verb.add_option("--rope-layout", rotation.layout, "interleaved or half_split")
      ->transform(CLI::CheckedTransformer(Names<attention::Layout>{{"interleaved", attention::Layout::interleaved},
                                                                   {"half_split", attention::Layout::half_split}}));
  verb.add_option("--rope-base", rotation.base, "Base of the angles")->capture_default_str();
  verb.add_option("--first-position", rotation.first_position, "Of the first key")->capture_default_str();
  verb.add_option("--rerope-window", rotation.window, "ReRoPE: relative positions from here on are bent");
  verb.add_option("--rerope-stretch", rotation.stretch, "Leaky ReRoPE: beyond the window they grow so much slower");
}

const RegisteredSolver attention_solver{{
    .method = "attention",
    .summary = "Attention that knows its length: outputs, entropies, the largest weights",
    .example = "tandem solve attention --heads 2 --key-heads 2 --causal --scale logarithmic --per-row --rope 64",
    .configure =
        [](CLI::App& verb) {
          auto options = std::make_shared<AttentionOptions>();
          add_input(verb, *options);
          add_scores(verb, options->problem);
          add_rotation(verb, options->problem.rotation);
          verb.add_option("--rows", options->rows,
                          "Queries whose largest weights are shown, from 0; default: the last");
          verb.add_option("--largest", options->most_weights, "How many weights of each")->capture_default_str();
          verb.add_option("--variant", options->variant, "One that tandem list shows for attention_full")
              ->capture_default_str();
          verb.add_option("--out", options->out, "A .npy file for the output, of the shape of the queries");
          verb.add_flag("--json", options->json, "Print one JSON object");
          return [options] { solve_attention(*options); };
        },
}};

}  // namespace
}  // namespace tandem::program
