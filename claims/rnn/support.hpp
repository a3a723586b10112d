// What the claims about recurrent networks share: random networks in double, and iterations counted.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "claims/suite/claim.hpp"
#include "impl/rnn/rnn.hpp"
#include "problems/rnn/networks.hpp"

namespace tandem::claims {

using rnn::Answer;
using rnn::Gru;
using rnn::Problem;
using rnn::Scheme;
using rnn::Tanh;

inline const char* const post_9783 = "kexue.fm 9783";

/// A dense network in double that starts from x_0 = 0. A solution counts at a residual of 1e-6.
template <class Cell>
Problem<Cell, double> random_network(std::size_t d, std::size_t length, double gain, double input_scale,
                                     std::uint64_t seed) {
  static_assert(Cell::dense);
  auto problem = rnn::random_problem<Cell, double>(d, length, seed, {.gain = gain, .input_scale = input_scale});
  problem.initial_state.assign(d, 0);
  problem.stopping = {.tolerance = 1e-6, .max_iterations = 200};
  return problem;
}

/// The last iterate after `iterations` iterations, or the solution if that is found before.
template <Scheme scheme, class Cell>
Answer<double> iterate(Problem<Cell, double> problem, std::size_t iterations) {
  problem.stopping.max_iterations = iterations;
  Answer<double> answer;
  answer.states.resize(problem.length() * problem.hidden_size);
  try {
    rnn::iterate_simd<scheme>(problem, answer, {});
  } catch (const rnn::NotConverged&) {
  }
  return answer;
}

/// Iterations until the residual is small enough, or nothing.
template <Scheme scheme, class Cell>
std::optional<std::size_t> count(const Problem<Cell, double>& problem) {
  Answer<double> answer;
  answer.states.resize(problem.length() * problem.hidden_size);
  try {
    rnn::iterate_simd<scheme>(problem, answer, {});
  } catch (const rnn::NotConverged&) {
    return std::nullopt;
  }
  return answer.iterations;
}

struct NamedScheme {
  std::string_view name;
  std::optional<std::size_t> (*count)(const Problem<Tanh, double>&);
  Answer<double> (*iterate)(Problem<Tanh, double>, std::size_t);
};

/// All six, for the dense tanh cell.
inline const std::vector<NamedScheme> tanh_schemes{
    {"jacobi", count<Scheme::jacobi, Tanh>, iterate<Scheme::jacobi, Tanh>},
    {"picard", count<Scheme::picard, Tanh>, iterate<Scheme::picard, Tanh>},
    {"constant_jacobian", count<Scheme::constant_jacobian, Tanh>, iterate<Scheme::constant_jacobian, Tanh>},
    {"input_linearised", count<Scheme::input_linearised, Tanh>, iterate<Scheme::input_linearised, Tanh>},
    {"newton", count<Scheme::newton, Tanh>, iterate<Scheme::newton, Tanh>},
    {"quasi_newton", count<Scheme::quasi_newton, Tanh>, iterate<Scheme::quasi_newton, Tanh>}};

inline std::string text_of(const std::optional<std::size_t>& iterations) {
  return iterations ? std::to_string(*iterations) : "-";
}

}  // namespace tandem::claims
