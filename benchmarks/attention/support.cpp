#include "benchmarks/attention/support.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <utility>

#include "benchmarks/attention/peers.hpp"
#include "benchmarks/suite/hash.hpp"
#include "impl/attention/attention.hpp"
#include "impl/attention/kernels/few.hpp"
#include "impl/attention/kernels/stream_memory.hpp"
#include "impl/support/random.hpp"
#include "problems/attention/problems.hpp"

namespace tandem::attention {
namespace {

constexpr double unit = std::numeric_limits<float>::epsilon() / 2;

/// The largest Euclidean length of a row, biases included.
double longest(const std::vector<float>& rows, std::size_t heads, std::size_t width, const std::vector<float>& bias) {
  double most = 0;
  const std::size_t of_head = rows.size() / heads;
  for (std::size_t head = 0; head < heads; ++head) {
    for (std::size_t at = head * of_head; at + width <= (head + 1) * of_head; at += width) {
      double squares = 0;
      for (std::size_t i = 0; i < width; ++i) {
        const double number = rows[at + i] + (bias.empty() ? 0.0 : static_cast<double>(bias[head * width + i]));
        squares += number * number;
      }
      most = std::max(most, squares);
    }
  }
  return std::sqrt(most);
}

/// The largest size that a score, or a part of it, can have.
double largest_score(const Problem& problem) {
  const Shape& shape = problem.shape;
  double factor = 0;
  for (const std::size_t query : {std::size_t{0}, shape.queries / 2, shape.queries - 1}) {
    if (query < shape.queries) factor = std::max(factor, scale_factor(problem.scaling, seen_keys(problem, query)));
  }
  const double products = longest(problem.queries, shape.heads, shape.width, problem.query_bias) *
                          longest(problem.keys, shape.key_heads, shape.width, problem.key_bias);
  double most = factor * products / std::sqrt(static_cast<double>(shape.width));
  double addend = 0;
  for (const float number : problem.addend) {
    if (std::isfinite(number)) addend = std::max<double>(addend, std::abs(number));
  }
  const auto reach = static_cast<double>(std::max(shape.keys, shape.queries));
  double relative = 0;
  for (std::size_t head = 0; head < shape.heads; ++head) {
    for (const double distance : {0.0, reach}) {
      relative = std::max(relative, std::abs(relative_bias(problem.relative, shape, head, distance)));
    }
  }
  return most + addend + relative;
}

/// Rows of all heads: the first, the last and two between, each once. None where there are none.
std::set<std::size_t> looked_at(const Problem& problem) {
  const std::size_t rows = problem.shape.heads * problem.shape.queries;
  if (rows == 0) return {};
  return {0, rows - 1, random_bits(5, 2) % rows, random_bits(5, 3) % rows};
}

/// Calls check(index, row in double) for the rows that are looked at, until it says what is wrong.
template <class Check>
std::optional<std::string> first_wrong_row(const Problem& problem, Check check) {
  for (const std::size_t index : looked_at(problem)) {
    const std::size_t queries = problem.shape.queries;
    if (auto wrong = check(index, exact_row(problem, index / queries, index % queries))) return wrong;
  }
  return std::nullopt;
}

std::optional<std::string> wrong_output(const Answer& answer, std::size_t index, const Row& row, double tolerance) {
  const std::size_t width = row.output.size();
  for (std::size_t i = 0; i < width; ++i) {
    if (!(std::abs(answer.output[index * width + i] - row.output[i]) <= tolerance)) {
      return "row " + std::to_string(index) + " of the output is another one in double";
    }
  }
  return std::nullopt;
}

std::optional<std::string> certificate(const Problem& problem, const Answer& answer) {
  const Tolerance tolerance = tolerance_of(problem);
  const double most = std::log(std::max(1.0, static_cast<double>(problem.shape.keys))) + tolerance.entropy;
  for (const float entropy : answer.entropy) {
    if (!(entropy >= 0 && entropy <= most)) return "an entropy is not between 0 and log n";
  }
  return first_wrong_row(problem, [&](std::size_t index, const Row& row) -> std::optional<std::string> {
    if (!(std::abs(answer.entropy[index] - row.entropy) <= tolerance.entropy)) {
      return "the entropy of row " + std::to_string(index) + " is another one in double";
    }
    return wrong_output(answer, index, row, tolerance.output);
  });
}

void describe(const Problem& problem, suite::Fields<Answer>& fields) {
  const Tolerance tolerance = tolerance_of(problem);
  const std::size_t rows = problem.shape.heads * problem.shape.queries;
  fields.absolute("output", &Answer::output, rows * problem.shape.width, tolerance.output);
  fields.absolute("entropy", &Answer::entropy, rows, tolerance.entropy);
}

/// Two products and an exponential for each pair; every matrix read or written once.
suite::Work work(const Problem& problem, const Answer& answer) {
  const double pairs = pairs_of(problem);
  const auto numbers = static_cast<double>(problem.queries.size() + problem.keys.size() + problem.values.size());
  const auto written = static_cast<double>(answer.output.size() + answer.entropy.size());
  return {.fma_float = 2 * pairs * static_cast<double>(problem.shape.width),
          .exp_float = pairs,
          .bytes_read = sizeof(float) * numbers,
          .bytes_written = sizeof(float) * written,
          .footprint = sizeof(float) * (numbers + written)};
}

std::optional<std::string> too_large(const Problem& problem) {
  if (problem.shape.queries * problem.shape.keys <= std::size_t{1} << 26) return std::nullopt;
  return "its matrix of scores takes more than 256 MiB";
}

std::uint64_t hash_of_problem(const Problem& problem) {
  std::vector<float> all = problem.queries;
  all.insert(all.end(), problem.keys.begin(), problem.keys.end());
  all.insert(all.end(), problem.values.begin(), problem.values.end());
  return suite::hash_of(all);
}

}  // namespace

std::optional<std::string> output_certificate(const Problem& problem, const Answer& answer) {
  const double tolerance = tolerance_of(problem).output;
  return first_wrong_row(
      problem, [&](std::size_t index, const Row& row) { return wrong_output(answer, index, row, tolerance); });
}

// With u = 2^-24 and S the largest score (scale |q| |k| / sqrt d, addends and relative biases with it):
//   a score: d products in chains of at most d sums err like sqrt(d) u S (rounding errors have no preferred sign; three
//   times that for the largest of millions), rotation, scale and addends each round by u S, eight times in all;
//   a weight's exponential is wrong by 2.4e-7 at most, and shifting by the maximum doubles the score's error;
//   sums of n weights, in blocks, err like sqrt(n) u.
// A weight's relative error e is the sum of these. Outputs are means, numerator and denominator of which err by e: 2 e
// times the largest value. Entropy is log Z + sum p |x|, where sum p |x| <= log n: 2 e (1 + log n), and the rounding of
// both terms.
Tolerance tolerance_of(const Problem& problem) {
  const Shape& shape = problem.shape;
  const auto n = static_cast<double>(std::max<std::size_t>(shape.keys, 1));
  const double score = (3 * std::sqrt(static_cast<double>(shape.width)) + 8) * unit * largest_score(problem);
  const double weight = 2 * score + 2.4e-7 + (std::sqrt(n) + 8) * unit;
  double largest_value = 0;
  for (const float value : problem.values) largest_value = std::max<double>(largest_value, std::abs(value));
  return {.output = 2 * weight * largest_value, .entropy = (2 * weight + 4 * unit) * (1 + std::log(n))};
}

Workload workload(const std::string& name, bool quick, const Shape& shape, const Mask& mask, bool fitted,
                  const std::function<void(Problem&, std::uint64_t seed)>& change) {
  Problem sizes;
  sizes.shape = shape;
  sizes.mask = mask;
  auto make = [=](std::uint64_t seed) {
    Problem problem = random_problem(shape, seed);
    problem.mask = mask;
    if (change) change(problem, seed);
    return problem;
  };
  return {.name = name,
          .size = std::max(1.0, pairs_of(sizes) * static_cast<double>(shape.width)),
          .fitted = fitted,
          .quick = quick,
          .make = std::move(make)};
}

suite::Method<Problem, Answer> method(const std::string& name, const std::string& summary, const std::string& source,
                                      std::vector<Workload> workloads, suite::Headline headline) {
  // Steps are multiply-adds of one product.
  const suite::Growth plain{1, 1};
  const suite::Growth products{1, 1.0 / 8};
  const suite::Growth streamed{1, 1.0 / 16};
  std::vector<suite::Variant<Problem, Answer>> variants = {
      {.name = "reference",
       .run = [](const Problem& problem, Answer& answer, const Execution&) { reference(problem, answer); },
       .growth = plain},
      {.name = "matrix", .run = matrix, .growth = plain, .unsuited = too_large},
      {.name = "matrix_eigen", .run = eigen, .growth = products, .unsuited = too_large},
      {.name = suite::scheduled("simd"), .run = simd, .growth = streamed}};
  for (auto& peer : peers()) variants.push_back(std::move(peer));
  return {.name = name,
          .summary = summary,
          .source = source,
          .variants = std::move(variants),
          .workloads = std::move(workloads),
          .headlines = {std::move(headline)},
          .problem = awkward_problem,
          .structural_counts = {most_tile_rows, few_block_keys, most_block_keys, most_rows_together, stretch_keys},
          .hash = hash_of_problem,
          .fields = describe,
          .certificate = certificate,
          .work = work};
}

}  // namespace tandem::attention
