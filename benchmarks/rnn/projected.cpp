// Recurrent layers as libraries have them, with the input projection: where other people's code is raced.
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "benchmarks/suite/hash.hpp"
#include "benchmarks/suite/registry.hpp"
#include "impl/rnn/projected.hpp"
#include "impl/rnn/projected/peers.hpp"
#include "impl/rnn/projected/projection.hpp"
#include "impl/rnn/warm_start/warm_start.hpp"
#include "problems/rnn/projected.hpp"

namespace tandem::rnn::projected {
namespace {

template <class Cell>
suite::Workload<ProjectedProblem<Cell>> workload(const std::string& name, std::size_t d, std::size_t length,
                                                 bool quick) {
  return {.name = name,
          .size = static_cast<double>(length) * static_cast<double>(2 * Cell::gates * d * d),
          .quick = quick,
          .make = [d, length](std::uint64_t seed) { return random_layer<Cell>(d, length, seed); }};
}

// The rounding of one step: sums of 2 d products of which the magnitudes add up to about 2 sqrt(d) * 1.5 (normal
// numbers, states below 1), so at most 2 d u * 3 sqrt(d) in the worst case and its square root's share, sqrt(2 d), in
// practice: with u = 6e-8 and d = 512 it is 1.3e-4. A boundary between chunks adds meeting_tolerance (1e-5) times
// the largest row sum, 0.9 sqrt(2 d / pi) + ..., below 0.9 sqrt(d) + 4 for all these sizes: 2.5e-4. The cells forget,
// so what one step errs the next ones damp; a factor of 4 covers the sum. A wrong operation is off by 0.1 and more.
double tolerance(std::size_t d) {
  const double root = std::sqrt(static_cast<double>(std::max<std::size_t>(d, 1)));
  constexpr double u = std::numeric_limits<float>::epsilon() / 2;
  return 4 * (std::sqrt(2.0) * root * u * 3 * root + meeting_tolerance * (0.9 * root + 4));
}

template <class Cell>
void describe(const ProjectedProblem<Cell>& problem, suite::Fields<Answer<>>& fields) {
  fields.absolute("states", &Answer<>::states, problem.length * problem.hidden_size, tolerance(problem.hidden_size));
  fields.ignored("iterations", &Answer<>::iterations, "of iterating schemes alone");
  fields.ignored("repeated_steps", &Answer<>::repeated_steps, "each way to cut the sequence repeats its own");
}

template <class Cell>
std::optional<std::string> certificate(const ProjectedProblem<Cell>& problem, const Answer<>& answer) {
  const double found = residual(problem, answer, 0, std::max<std::size_t>(1, problem.length / 64));
  if (found <= tolerance(problem.hidden_size)) return std::nullopt;
  return "a state is off by " + std::to_string(found);
}

template <class Cell>
suite::Work work(const ProjectedProblem<Cell>& problem, const Answer<>& answer) {
  const auto steps = static_cast<double>(problem.length);
  const double read = static_cast<double>(problem.features.size());
  const double written = static_cast<double>(answer.states.size());
  return {.fma_float = steps * static_cast<double>(problem.weights.size() + problem.projection.weights.size()),
          .bytes_read = sizeof(float) * read,
          .bytes_written = sizeof(float) * written,
          .footprint = sizeof(float) * (read + written)};
}

template <class Cell>
suite::Method<ProjectedProblem<Cell>, Answer<>> method(const std::string& name, const std::string& summary,
                                                       const std::string& layer) {
  using Problem = ProjectedProblem<Cell>;
  // The reference counts multiplications; a step of the fast ones stands for 16.
  constexpr suite::Growth fast{.exponent = 1, .constant = 1.0 / 16};
  suite::Method<Problem, Answer<>> result{
      .name = name,
      .summary = summary,
      .source = "arXiv 1406.1078; kexue.fm 9783",
      .baseline = "sequential_simd",
      .variants = {{"reference",
                    [](const Problem& problem, Answer<>& answer, const Execution&) { reference(problem, answer); },
                    {.exponent = 1, .constant = 1}},
                   {"sequential_simd", sequential_simd<Cell>, fast},
                   {suite::scheduled("warm_start_simd"), warm_start_simd<Cell>, fast}},
      .workloads = {workload<Cell>("d64_short", 64, 2048, false), workload<Cell>("d64", 64, 16384, false),
                    workload<Cell>("d128", 128, 16384, true), workload<Cell>("d256", 256, 4096, false),
                    workload<Cell>("d512", 512, 4096, false)},
      .headlines = {{"d64_short", layer + " layer of 64 units over 2,048 steps"}},
      // d = 13 is a multiple of no register's; d = 96 makes three blocks of 32, which two threads do not share evenly.
      .problem = [](std::size_t count,
                    std::uint64_t seed) { return random_layer<Cell>(seed % 3 == 2 ? 96 : 13, count, seed); },
      .structural_counts = {projected_rows},
      .hash = [](const Problem& problem) { return suite::hash_of(problem.features); },
      .fields = describe<Cell>,
      .certificate = certificate<Cell>,
      .work = work<Cell>};
#ifdef TANDEM_PEER_ONEDNN
  result.variants.push_back({suite::VariantName("peer_onednn", suite::Rows::openmp_too), peer_onednn<Cell>, fast});
#endif
#ifdef TANDEM_PEER_TORCH
  if constexpr (std::is_same_v<Cell, Tanh>) result.variants.push_back({"peer_torch", peer_torch, fast});
#endif
  return result;
}

const suite::Registered<ProjectedProblem<Tanh>, Answer<>> tanh_layer(
    method<Tanh>("rnn_tanh_projected", "A tanh RNN layer with its input projection, against other libraries'", "tanh"));
const suite::Registered<ProjectedProblem<Gru>, Answer<>> gru_layer(
    method<Gru>("rnn_gru_projected", "A GRU layer with its input projection, against other libraries'", "GRU"));

}  // namespace
}  // namespace tandem::rnn::projected
