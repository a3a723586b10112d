// LAC's network on a long text. The method is there where its data is.
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "benchmarks/suite/hash.hpp"
#include "benchmarks/suite/registry.hpp"
#include "impl/rnn/projected/projection.hpp"
#include "impl/rnn/warm_start/warm_start.hpp"
#include "problems/rnn/lac.hpp"

namespace tandem::rnn::lac {
namespace {

// The reference's multiplications per character; a fast variant's "step" stands for 64 of them.
constexpr double multiplications = 491'520 + 256 * 57;
constexpr double fast_step = multiplications / 64;

suite::Workload<Problem> workload(std::string name, Text text, std::size_t count, bool quick) {
  return {.name = std::move(name),
          .size = static_cast<double>(count),
          .fitted = text == Text::whole,
          .quick = quick,
          .make = [text, count](std::uint64_t seed) { return text_problem(text, count, seed); }};
}

/// The largest sum of |weights| into one number of a layer.
double largest_row_sum(const Network& network) {
  double largest = 0;
  const std::size_t h = network.hidden_size;
  for (const auto& layer : network.layers) {
    for (const Direction& direction : layer) {
      for (std::size_t row = 0; row < 3 * h; ++row) {
        double sum = std::abs(direction.projection.bias[row]);
        for (std::size_t from = 0; from < h; ++from) sum += std::abs(direction.weights[row * h + from]);
        for (std::size_t from = 0; from < direction.projection.inputs; ++from) {
          sum += std::abs(direction.projection.weights[from * 3 * h + row]);
        }
        largest = std::max(largest, sum);
      }
    }
  }
  return largest;
}

// States and emissions at 64 places follow from their neighbours, and the tags are the best for all the emissions.
// A boundary between chunks is accepted when the states differ by meeting_tolerance (1e-5), which one step multiplies
// by at most the row sum S of |W|; the rounding of a sum of at most 400 products that add up to S in magnitude is as
// large: 400 * 6e-8 S = 2.4e-5 S in the worst case. So 4e-5 S, some 1e-2 for this network, where a wrong operation
// makes the states, which range over [-1, 1], differ by 0.1 and more.
double tolerance(const Problem& problem) { return 4 * meeting_tolerance * (1 + largest_row_sum(*problem.network)); }

// The tags must be the same, all of them.
void describe(const Problem& problem, suite::Fields<Answer>& fields) {
  const Network& network = *problem.network;
  const std::size_t length = problem.characters.size();
  fields.equal("tags", &Answer::tags, length);
  fields.absolute("emissions", &Answer::emissions, length * network.tag_count, tolerance(problem));
  fields.absolute("states", &Answer::states, {network.layers.size(), length * 2 * network.hidden_size},
                  tolerance(problem));
}

std::optional<std::string> certificate(const Problem& problem, const Answer& answer) {
  const std::size_t length = problem.characters.size();
  const double residual = lac::residual(problem, answer, std::max<std::size_t>(1, length / 64));
  if (!(residual <= tolerance(problem))) return "a state or emission is off by " + std::to_string(residual);
  if (answer.tags != best_tags(*problem.network, answer.emissions))
    return "the tags are not the best for the emissions";
  return std::nullopt;
}

// What no algorithm can do without: the recurrences, the second layer's projection and the emissions. (The first
// layer's projection costs as much as the text has distinct characters.)
suite::Work work(const Problem& problem, const Answer& answer) {
  const Network& network = *problem.network;
  const auto count = static_cast<double>(problem.characters.size());
  double multiplications_per_character = static_cast<double>(network.emission.weights.size());
  for (std::size_t layer = 0; layer < network.layers.size(); ++layer) {
    for (const Direction& direction : network.layers[layer]) {
      multiplications_per_character += static_cast<double>(direction.weights.size());
      if (layer > 0) multiplications_per_character += static_cast<double>(direction.projection.weights.size());
    }
  }
  double written = static_cast<double>(answer.emissions.size() + answer.tags.size());
  for (const auto& states : answer.states) written += static_cast<double>(states.size());
  return {.fma_float = count * multiplications_per_character,
          .bytes_written = sizeof(float) * written,
          .footprint = sizeof(float) * written};
}

// Where the data is not, the table is there all the same, for `solve` with the user's own folder: hidden, and with
// random weights.
std::vector<suite::Workload<Problem>> workloads() {
  if (!data_is_there()) {
    return {{.name = "random_512", .size = 512, .make = [](std::uint64_t seed) { return small_problem(512, seed); }}};
  }
  return {workload("text_256", Text::whole, 256, false), workload("text_512", Text::whole, 512, true),
          workload("text_16k", Text::whole, std::size_t{1} << 14, true),
          workload("text_131k", Text::whole, std::size_t{1} << 17, false),
          workload("chinese_131k", Text::chinese, std::size_t{1} << 17, false)};
}

constexpr suite::Growth fast{.exponent = 1, .constant = fast_step};

const suite::Registered<Problem, Answer> registered({
    .name = "rnn_lac",
    .summary = "Chinese word segmentation and tagging: two bidirectional GRU layers and a CRF, weights of Baidu LAC",
    .source = "arXiv 1807.01882",
    .hidden = !data_is_there(),
    .baseline = "sequential_simd",
    .variants = {{"reference",
                  [](const Problem& problem, Answer& answer, const Execution&) { reference(problem, answer); },
                  {.exponent = 1, .constant = multiplications}},
                 {"sequential_simd", sequential_simd, fast},
                 {suite::scheduled_only("directions_simd"), directions_simd, fast},
                 {suite::scheduled("warm_start_simd"), warm_start_simd, fast}},
    .workloads = workloads(),
    .headlines = {{workloads().front().name, "segmenting and tagging a Chinese text"}},
    .problem = small_problem,
    .structural_counts = {projected_rows, sequential_block},
    .hash = [](const Problem& problem) { return suite::hash_of(problem.characters); },
    .fields = describe,
    .certificate = certificate,
    .work = work,
});

}  // namespace
}  // namespace tandem::rnn::lac
