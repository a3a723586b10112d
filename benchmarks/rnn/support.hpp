// What the methods of the rnn family share: agreement, certificate, declared work, and their one table.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "benchmarks/suite/hash.hpp"
#include "benchmarks/suite/registry.hpp"
#include "impl/rnn/rnn.hpp"
#include "problems/rnn/networks.hpp"

namespace tandem::rnn {

template <class Cell>
std::uint64_t hash_of_problem(const Problem<Cell>& problem) {
  return suite::hash_of(problem.input) ^ suite::hash_of(problem.weights) ^ suite::hash_of(problem.initial_state);
}

inline void describe_states(suite::Fields<Answer<>>& fields, std::size_t size, double tolerance) {
  fields.absolute("states", &Answer<>::states, size, tolerance);
  fields.ignored("iterations", &Answer<>::iterations, "each scheme takes its own number");
  fields.ignored("repeated_steps", &Answer<>::repeated_steps, "each way to cut the sequence repeats its own");
}

template <class Cell>
void describe(const Problem<Cell>& problem, suite::Fields<Answer<>>& fields) {
  describe_states(fields, problem.length() * problem.hidden_size, state_tolerance);
}

/// The residual |x_t - f(x_{t-1}, u_t)|, of every step where that is cheap, else of some spread over the
/// sequence. Where a chunk was joined it is up to meeting_tolerance times the gain of a step.
template <class Cell>
std::optional<std::string> certificate(const Problem<Cell>& problem, const Answer<>& answer) {
  const double step_cost = static_cast<double>(weight_count<Cell>(problem.hidden_size)) + 1;
  const double affordable_steps = 1e7 / step_cost;
  const auto stride =
      static_cast<std::size_t>(std::max(1.0, std::ceil(static_cast<double>(problem.length()) / affordable_steps)));
  const double worst = residual(problem, answer, 0, stride);
  if (worst <= state_tolerance) return std::nullopt;
  return "the residual is " + std::to_string(worst);
}

/// What every evaluation must do: the recurrent products, eight multiplications with addition for each activation, one
/// pass over input and states.
template <class Cell>
suite::Work work(const Problem<Cell>& problem, const Answer<>&) {
  const auto steps = static_cast<double>(problem.length());
  const auto d = static_cast<double>(problem.hidden_size);
  constexpr auto gates = static_cast<double>(Cell::gates);
  const double read = 4 * steps * gates * d;
  const double written = 4 * steps * d;
  return {.fma_float = steps * (static_cast<double>(weight_count<Cell>(problem.hidden_size)) + 8 * gates * d),
          .bytes_read = read,
          .bytes_written = written,
          .footprint = read + written + 4 * static_cast<double>(problem.weights.size())};
}

/// What waits for what within a step, at the least. The shortest activation known to us is a table of parabolas
/// (impl/rnn/kernels/scalar_tanh.cpp): the address, whose addition, move and mask together take no less than an FMA;
/// the look-up; and one FMA, since all else is ready before, the product with the next weight included. A gated cell
/// has two activations behind each other.
template <class Cell>
constexpr double activations_of_step = Cell::gates == 1 ? 1 : 2;

/// Variants that take one step after the other: beside the work of all, steps that wait for one another.
template <class Cell>
std::vector<suite::Variant<Problem<Cell>, Answer<>>> step_by_step(
    std::vector<suite::Variant<Problem<Cell>, Answer<>>> variants) {
  for (auto& variant : variants) {
    variant.work = [](const Problem<Cell>& problem, const Answer<>& answer) {
      suite::Work declared = work(problem, answer);
      declared.chain_lookups = static_cast<double>(problem.length()) * activations_of_step<Cell>;
      declared.chain_fma = 2 * declared.chain_lookups;
      return declared;
    };
  }
  return variants;
}

/// One sequence of `length` steps. Times are per step, except in the growth fit, whose sizes are lengths.
template <class Cell>
suite::Workload<Problem<Cell>> workload(const std::string& name, std::size_t hidden_size, std::size_t length,
                                        std::function<Problem<Cell>(std::uint64_t)> make, bool quick = true,
                                        bool fitted = false) {
  const auto step_cost = static_cast<double>(weight_count<Cell>(hidden_size));
  const auto steps = static_cast<double>(length);
  return {.name = name,
          .size = fitted ? steps * step_cost : step_cost,
          .items = fitted ? 1 : steps,
          .fitted = fitted,
          .quick = quick,
          .make = std::move(make)};
}

template <class Cell>
suite::Workload<Problem<Cell>> random_workload(const std::string& name, std::size_t hidden_size, std::size_t length,
                                               const Draw& draw, bool quick = true, bool fitted = false) {
  const auto make = [=](std::uint64_t seed) { return random_problem<Cell>(hidden_size, length, seed, draw); };
  return workload<Cell>(name, hidden_size, length, make, quick, fitted);
}

/// The lengths 2^10, 2^12, ..., 2^18 for the growth fit.
template <class Cell>
std::vector<suite::Workload<Problem<Cell>>> length_ladder(std::size_t hidden_size, const Draw& draw) {
  std::vector<suite::Workload<Problem<Cell>>> workloads;
  for (std::size_t length = 1 << 10; length <= 1 << 18; length *= 4) {
    workloads.push_back(random_workload<Cell>("length_" + std::to_string(length), hidden_size, length, draw,
                                              /*quick=*/false, /*fitted=*/true));
  }
  return workloads;
}

template <class Cell>
using Variants = std::vector<suite::Variant<Problem<Cell>, Answer<>>>;

/// Steps are counted in multiplications of one state by one weight. The fast variants do eight or more at a time.
inline constexpr suite::Growth reference_growth{1, 1};
inline constexpr suite::Growth simd_growth{1, 1.0 / 24};

template <class Cell>
Variants<Cell> sequential_variants() {
  return step_by_step<Cell>(
      {{"reference",
        [](const Problem<Cell>& problem, Answer<>& answer, const Execution&) { reference(problem, answer); },
        reference_growth},
       {"sequential_simd", sequential_simd<Cell>, simd_growth}});
}

template <class Cell>
Variants<Cell> warm_start_variants() {
  return {{suite::scheduled("warm_start_simd"), warm_start_simd<Cell>, simd_growth}};
}

/// A scheme on one thread and on several; `iterations` is what it is expected to take, in sweeps over the sequence.
template <Scheme scheme, class Cell>
Variants<Cell> scheme_variants(const std::string& name, double iterations) {
  const suite::Growth growth{1, iterations * simd_growth.constant};
  return {{suite::scheduled(name + "_simd"), iterate_simd<scheme, Cell>, growth}};
}

template <class T>
std::vector<T> joined(std::initializer_list<std::vector<T>> parts) {
  std::vector<T> all;
  for (const std::vector<T>& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

/// The method of one cell.
template <class Cell>
suite::Method<Problem<Cell>, Answer<>> method(const std::string& name, const std::string& summary,
                                              Variants<Cell> variants,
                                              std::vector<suite::Workload<Problem<Cell>>> workloads,
                                              suite::Headline headline) {
  return {.name = name,
          .summary = summary,
          .source = "kexue.fm 9783",
          .baseline = "sequential_simd",
          .variants = std::move(variants),
          .workloads = std::move(workloads),
          .headlines = {std::move(headline)},
          .problem = awkward_problem<Cell>,
          .hash = hash_of_problem<Cell>,
          .fields = describe<Cell>,
          .certificate = certificate<Cell>,
          .work = work<Cell>};
}

}  // namespace tandem::rnn
