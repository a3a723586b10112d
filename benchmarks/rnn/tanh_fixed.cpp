// rnn_tanh_fixed: k iterations of the constant-Jacobian scheme as the model itself; rnn_tanh_diagonal_fixed: with a
// diagonal matrix.
#include "benchmarks/rnn/support.hpp"
#include "reference/rnn/fixed.hpp"

namespace tandem::rnn {
namespace {

constexpr std::size_t length = std::size_t{1} << 14;
/// The linear recurrences lose a factor of e within ten steps (|a| <= 0.9, and 0.5 for the dense spectrum, which a
/// transient growth of 4 may precede), so each of the k = 3 iterations has ten steps' worth of rounding: with
/// (d + 4) u |A| |x| + 4e-7 <= 1e-6 per step (d <= 64), 1e-5 each, and each hands its error to the next at most twofold
/// by f and A: (1 + 2 + 4) 1e-5.
constexpr double fixed_tolerance = 7e-5;

/// The last iterate alone cannot prove that it is the k-th, but its beginning can be computed again at no great cost.
template <class Cell>
std::optional<std::string> certificate_fixed(const FixedProblem<Cell>& problem, const Answer<>& answer) {
  const std::size_t d = problem.network.hidden_size;
  const std::size_t steps = std::min<std::size_t>(problem.network.length(), 256);
  FixedProblem<Cell> beginning = problem;
  beginning.network.input.resize(steps * d);
  Answer<> expected{.states = std::vector<float>(steps * d)};
  fixed_reference(beginning, expected);
  for (std::size_t i = 0; i < expected.states.size(); ++i) {
    if (!(std::abs(answer.states[i] - expected.states[i]) <= fixed_tolerance)) {
      return "x_" + std::to_string(i / d + 1) + " is not that of iteration " + std::to_string(problem.iterations);
    }
  }
  return std::nullopt;
}

/// Per iteration two products with A and eight multiplications for each tanh; input and states pass once.
template <class Cell>
suite::Work work_fixed(const FixedProblem<Cell>& problem, const Answer<>&) {
  const auto steps = static_cast<double>(problem.network.length());
  const auto d = static_cast<double>(problem.network.hidden_size);
  const auto k = static_cast<double>(problem.iterations);
  const auto weights = static_cast<double>(problem.network.weights.size());
  return {.fma_float = k * steps * (weights + 8 * d),
          .bytes_read = 4 * steps * d,
          .bytes_written = 4 * steps * d,
          .footprint = 8 * steps * d + 4 * weights};
}

template <class Cell>
suite::Workload<FixedProblem<Cell>> fixed_workload(const std::string& name, std::size_t hidden_size) {
  return {.name = name,
          .size = static_cast<double>(weight_count<Cell>(hidden_size)),
          .items = static_cast<double>(length),
          .fitted = false,
          .make = [=](std::uint64_t seed) { return fixed_problem<Cell>(hidden_size, length, 3, seed); }};
}

template <class Cell>
suite::Method<FixedProblem<Cell>, Answer<>> fixed_method(const std::string& name, const std::string& summary,
                                                         std::vector<suite::Workload<FixedProblem<Cell>>> workloads,
                                                         suite::Headline headline) {
  constexpr suite::Growth growth{1, 6.0 / 16};
  return {.name = name,
          .summary = summary,
          .source = "kexue.fm 9783",
          .variants = {{"reference",
                        [](const FixedProblem<Cell>& problem, Answer<>& answer, const Execution&) {
                          fixed_reference(problem, answer);
                        },
                        {1, 6}},
                       {suite::scheduled("simd"), fixed_simd<Cell>, growth}},
          .workloads = std::move(workloads),
          .headlines = {std::move(headline)},
          .problem =
              [](std::size_t count, std::uint64_t seed) {
                return fixed_problem<Cell>(count % 41, seed % 3 == 0 ? count + 2001 : count, seed % 4, seed);
              },
          .hash = [](const FixedProblem<Cell>& problem) { return hash_of_problem(problem.network); },
          .fields =
              [](const FixedProblem<Cell>& problem, suite::Fields<Answer<>>& fields) {
                const Problem<Cell>& network = problem.network;
                describe_states(fields, network.length() * network.hidden_size, fixed_tolerance);
              },
          .certificate = certificate_fixed<Cell>,
          .work = work_fixed<Cell>};
}

const suite::Registered<FixedProblem<Tanh>, Answer<>> dense{
    fixed_method<Tanh>("rnn_tanh_fixed", "three iterations of the constant-Jacobian scheme as the model",
                       {fixed_workload<Tanh>("d8", 8), fixed_workload<Tanh>("d64", 64)},
                       {"d8", "three fixed iterations, 8 units, 16,384 steps"})};

const suite::Registered<FixedProblem<TanhDiagonal>, Answer<>> diagonal{
    fixed_method<TanhDiagonal>("rnn_tanh_diagonal_fixed", "the same with a diagonal matrix",
                               {fixed_workload<TanhDiagonal>("d1", 1), fixed_workload<TanhDiagonal>("d64", 64)},
                               {"d64", "three fixed iterations, 64 channels, 16,384 steps"})};

}  // namespace
}  // namespace tandem::rnn
