// rnn_tanh_backward, rnn_tanh_diagonal_backward, rnn_gru_backward, rnn_gru_diagonal_backward: the gradients of a whole
// sequence with respect to x_0, the inputs and the weights.
#include "impl/rnn/backward/backward.hpp"
#include "benchmarks/rnn/support.hpp"
#include "impl/support/random.hpp"

namespace tandem::rnn {
namespace {

/// Along the true trajectory.
template <class Cell>
BackwardProblem<Cell> backward_of(Problem<Cell> forward, std::uint64_t seed) {
  Answer<> answer{.states = std::vector<float>(forward.length() * forward.hidden_size)};
  sequential_simd(forward, answer, {});
  return backward_problem(std::move(forward), std::move(answer.states), seed);
}

/// The gradients of states and inputs are sums over few steps, as far as the cell remembers: 1e-5, as the rounding of a
/// forward pass, of the largest of them (at least 1, the size of the direct gradients). Those of the weights sum T
/// products of random sign, summed in blocks: the rounding of a block of n terms, at most n u for u = 6e-8 and n = 4096
/// or fewer, is 2.5e-4 of the sum of magnitudes, and all of it random: sqrt(n) u, or 4e-6, of it. The sum of magnitudes
/// is up to sqrt(T) times the largest sum; for T = 2^16 that makes 1e-3.
template <class Cell>
void describe(const BackwardProblem<Cell>& problem, suite::Fields<Gradient<>>& fields) {
  constexpr double state_share = 1e-5;
  constexpr double weight_share = 1e-3;
  const auto largest_of = [](std::vector<float> Gradient<>::*field) {
    return [field](const Gradient<>& right) {
      double largest = 1;
      for (const float value : right.*field) largest = std::max(largest, std::abs(static_cast<double>(value)));
      return largest;
    };
  };
  const auto gradient = [&](const char* name, std::vector<float> Gradient<>::*field, std::size_t size, double share) {
    fields.relative(name, field, size, share, largest_of(field));
  };
  const Problem<Cell>& forward = problem.forward;
  gradient("initial_state", &Gradient<>::initial_state, forward.hidden_size, state_share);
  gradient("input", &Gradient<>::input, forward.input.size(), state_share);
  gradient("weights", &Gradient<>::weights, forward.weights.size(), weight_share);
}

/// The recurrence of lambda along a random direction, by a central difference in double: moving x_0 by h along v must
/// change sum_t <g_t, x_t> as the gradient says. Done over the first steps, which see all of the gradient's carry.
template <class Cell>
std::optional<std::string> certificate(const BackwardProblem<Cell>& problem, const Gradient<>& gradient) {
  const std::size_t d = problem.forward.hidden_size;
  const std::size_t steps = std::min<std::size_t>(problem.length(), 2000000 / (weight_count<Cell>(d) + 1) + 1);
  std::vector<double> state(d);
  std::vector<double> next(d);
  const auto loss = [&](double h) {
    for (std::size_t i = 0; i < d; ++i) {
      state[i] = problem.forward.initial_state[i] + h * (2 * random_uniform(7, i) - 1);
    }
    double sum = 0;
    for (std::size_t t = 0; t < steps; ++t) {
      step(problem.forward, state.data(), problem.forward.input.data() + t * Cell::gates * d, next.data());
      std::swap(state, next);
      for (std::size_t i = 0; i < d; ++i) sum += problem.state_gradient[t * d + i] * state[i];
    }
    return sum;
  };
  double predicted = 0;
  for (std::size_t i = 0; i < d; ++i) predicted += gradient.initial_state[i] * (2 * random_uniform(7, i) - 1);
  constexpr double h = 1e-5;
  const double measured = (loss(h) - loss(-h)) / (2 * h);
  const double scale = std::sqrt(static_cast<double>(d)) + std::abs(measured);
  if (std::abs(measured - predicted) <= 1e-4 * scale) return std::nullopt;
  return "moving x_0 changes the loss by " + std::to_string(measured) + " per unit, the gradient says " +
         std::to_string(predicted);
}

/// The products of the recurrence and of the weights' gradients, and one pass over what is read and written.
template <class Cell>
suite::Work backward_work(const BackwardProblem<Cell>& problem, const Gradient<>&) {
  const auto steps = static_cast<double>(problem.length());
  const auto d = static_cast<double>(problem.forward.hidden_size);
  constexpr auto gates = static_cast<double>(Cell::gates);
  const double products = (Cell::gates == 1 ? 2 : 3) * static_cast<double>(problem.forward.weights.size());
  const double read = 4 * steps * d * (2 + (Cell::gates == 1 ? 0 : gates));
  const double written = 4 * steps * d * gates;
  return {.fma_float = steps * products, .bytes_read = read, .bytes_written = written, .footprint = read + written};
}

template <class Cell>
using BackwardVariants = std::vector<suite::Variant<BackwardProblem<Cell>, Gradient<>>>;

template <class Cell>
BackwardVariants<Cell> common_variants() {
  return {{"reference",
           [](const BackwardProblem<Cell>& problem, Gradient<>& gradient, const Execution&) {
             reference_backward(problem, gradient);
           },
           {1, 3}},
          {suite::scheduled("simd"), backward_simd<Cell>, {1, 3.0 / 16}}};
}

template <class Cell>
suite::Workload<BackwardProblem<Cell>> backward_workload(std::size_t hidden_size, std::size_t length,
                                                         bool quick = true) {
  const auto step_cost = static_cast<double>(weight_count<Cell>(hidden_size));
  return {
      .name = "d" + std::to_string(hidden_size),
      .size = step_cost,
      .items = static_cast<double>(length),
      .fitted = false,
      .quick = quick,
      .make = [=](std::uint64_t seed) { return backward_of(random_problem<Cell>(hidden_size, length, seed), seed); }};
}

template <class Cell>
suite::Method<BackwardProblem<Cell>, Gradient<>> backward_method(
    const std::string& name, const std::string& summary, BackwardVariants<Cell> variants,
    std::vector<suite::Workload<BackwardProblem<Cell>>> workloads, suite::Headline headline) {
  return {.name = name,
          .summary = summary,
          .source = "back-propagation through time; arXiv 2309.12252",
          .baseline = "simd",
          .variants = std::move(variants),
          .workloads = std::move(workloads),
          .headlines = {std::move(headline)},
          .problem = [](std::size_t count,
                        std::uint64_t seed) { return backward_of(awkward_problem<Cell>(count, seed), seed); },
          .structural_counts = Cell::dense ? std::vector{outer_product_steps, gate_steps} : std::vector{block_steps},
          .hash =
              [](const BackwardProblem<Cell>& problem) {
                return hash_of_problem(problem.forward) ^ suite::hash_of(problem.state_gradient);
              },
          .fields = describe<Cell>,
          .certificate = certificate<Cell>,
          .work = backward_work<Cell>};
}

template <class Cell>
using RegisteredBackward = suite::Registered<BackwardProblem<Cell>, Gradient<>>;

const RegisteredBackward<Tanh> tanh_registered{
    backward_method<Tanh>("rnn_tanh_backward", "the gradients of a dense tanh network",
                          joined({common_variants<Tanh>(), {{"eigen", backward_eigen<Tanh>, {1, 3.0 / 16}}}}),
                          {backward_workload<Tanh>(8, 1 << 14, false), backward_workload<Tanh>(64, 1 << 14),
                           backward_workload<Tanh>(256, 1 << 12, false)},
                          {"d64", "gradients of 64 tanh units over 16,384 steps"})};

const RegisteredBackward<TanhDiagonal> tanh_diagonal_registered{backward_method<TanhDiagonal>(
    "rnn_tanh_diagonal_backward", "the gradients of a tanh network whose channels do not mix",
    common_variants<TanhDiagonal>(),
    {backward_workload<TanhDiagonal>(1, 1 << 18), backward_workload<TanhDiagonal>(64, 1 << 14, false)},
    {"d1", "gradients of a scalar tanh network, 262,144 steps"})};

const RegisteredBackward<Gru> gru_registered{
    backward_method<Gru>("rnn_gru_backward", "the gradients of a dense gated recurrent unit",
                         joined({common_variants<Gru>(), {{"eigen", backward_eigen<Gru>, {1, 3.0 / 16}}}}),
                         {backward_workload<Gru>(8, 1 << 14, false), backward_workload<Gru>(128, 1 << 12)},
                         {"d8", "gradients of 8 GRU units over 16,384 steps"})};

const RegisteredBackward<GruDiagonal> gru_diagonal_registered{backward_method<GruDiagonal>(
    "rnn_gru_diagonal_backward", "the gradients of a gated recurrent unit whose channels do not mix",
    common_variants<GruDiagonal>(),
    {backward_workload<GruDiagonal>(8, 1 << 16), backward_workload<GruDiagonal>(64, 1 << 14, false)},
    {"d8", "gradients of 8 GRU channels over 65,536 steps"})};

}  // namespace
}  // namespace tandem::rnn
