#include "impl/rnn/iterate/iterate.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <span>
#include <string>

#include "impl/support/denormals.hpp"
#include "impl/support/parallel.hpp"

namespace tandem::rnn {

namespace {

std::string sentence(std::size_t iterations, double residual) {
  char number[32];
  std::snprintf(number, sizeof number, "%.3g", residual);
  return "not converged after " + std::to_string(iterations) + " iterations, residual " + number;
}

}  // namespace

NotConverged::NotConverged(std::size_t iterations_, double residual_)
    : NoAnswer(sentence(iterations_, residual_)), iterations(iterations_), residual(residual_) {}

namespace internal {

/// Fewer steps than this are not worth a chunk.
constexpr std::size_t least_chunk = 128;

template <class Real>
void Iteration<Real>::cut(std::size_t threads) {
  const std::size_t steps = length_ - begin_;
  const std::size_t columns = kernel_.columns();
  // A cache line of channels is the least that a thread may have to itself.
  constexpr std::size_t line = 64 / sizeof(Real);
  const bool by_channels = kernel_.separable() && threads > 1 && d_ >= 2 * threads * line;
  chunks_.clear();
  if (by_channels) {
    const std::size_t lines = (d_ + line - 1) / line;
    for (std::size_t thread = 0; thread < threads; ++thread) {
      chunks_.push_back({.first = begin_,
                         .last = length_,
                         .channel_begin = lines * thread / threads * line,
                         .channel_end = std::min(d_, lines * (thread + 1) / threads * line)});
    }
  } else {
    const std::size_t most = std::max<std::size_t>(1, steps / least_chunk);
    const std::size_t wanted = columns * threads;
    const std::size_t count = wanted <= most ? wanted : 1;
    const std::size_t chunk = std::max<std::size_t>(1, (steps + count - 1) / count);
    for (std::size_t first = begin_; first < length_; first += chunk) {
      chunks_.push_back({.first = first, .last = std::min(first + chunk, length_), .channel_end = d_});
    }
  }
  corrections_.assign(chunks_.size() * d_, Real{0});
  for (std::size_t i = 0; i < chunks_.size(); ++i) chunks_[i].correction = corrections_.data() + i * d_;
}

template <class Real>
void Iteration<Real>::sweep(const Execution& execution) {
  cut(static_cast<std::size_t>(execution.team()));
  const Iterates<Real> iterates{old_, next_};
  for_each_chunk(execution, chunks_.size(), kernel_.columns(), [&](std::size_t begin, std::size_t end) {
    const DenormalsAreZero guard;  // corrections fade
    kernel_.sweep(iterates, std::span(chunks_).subspan(begin, end - begin));
  });
  residual_ = 0;
  wrong_ = length_;
  for (const Chunk<Real>& chunk : chunks_) {
    raise(residual_, chunk.residual);
    if (chunk.first_wrong < chunk.last) wrong_ = std::min(wrong_, chunk.first_wrong);
  }
}

template <class Real>
void Iteration<Real>::accept(Real bound) {
  const DenormalsAreZero guard;
  const Iterates<Real> iterates{old_, next_};
  for (std::size_t i = 1; i < chunks_.size(); ++i) {
    const Chunk<Real>& chunk = chunks_[i];
    if (chunk.first == chunks_[0].first) break;  // cut by channels: nothing to carry
    std::vector<Real> carry(chunks_[i - 1].correction, chunks_[i - 1].correction + d_);
    kernel_.fade(iterates, chunk, carry.data(), faded_);
    for (std::size_t j = 0; j < d_; ++j) chunk.correction[j] += carry[j];
  }
  if (wrong_ < length_) {
    std::copy(old_ + begin_ * d_, old_ + wrong_ * d_, next_ + begin_ * d_);
    begin_ = wrong_;
  }
  if (std::isfinite(bound)) {
    for (Real* x = next_ + begin_ * d_; x != next_ + length_ * d_; ++x) {
      *x = std::isnan(*x) ? Real{0} : std::clamp(*x, -bound, bound);
    }
  }
  std::swap(old_, next_);
}

template class Iteration<float>;
template class Iteration<double>;

namespace {

template <class Real>
bool all_finite(const std::vector<Real>& numbers) {
  return std::ranges::all_of(numbers, [](Real number) { return std::isfinite(number); });
}

/// The steps before the first whose input has a NaN; none if weights or initial state are not finite. Only these can be
/// iterated: a NaN in a linear recurrence reaches where in the network it does not.
template <class Cell, class Real>
std::size_t length_without_nan(const Problem<Cell, Real>& problem) {
  if (!all_finite(problem.weights) || !all_finite(problem.initial_state)) return 0;
  const auto nan = std::ranges::find_if(problem.input, [](Real number) { return std::isnan(number); });
  return static_cast<std::size_t>(nan - problem.input.begin()) / (Cell::gates * problem.hidden_size);
}

/// The plain loop from step `first` on.
template <class Cell, class Real>
void loop(const Problem<Cell, Real>& problem, Answer<Real>& answer, std::size_t first) {
  const std::size_t d = problem.hidden_size;
  const Real* start = first == 0 ? problem.initial_state.data() : answer.states.data() + (first - 1) * d;
  std::vector<double> state(start, start + d);
  std::vector<double> next(d);
  for (std::size_t t = first; t < problem.length(); ++t) {
    step(problem, state.data(), problem.input.data() + t * Cell::gates * d, next.data());
    std::swap(state, next);
    for (std::size_t i = 0; i < d; ++i) answer.states[t * d + i] = static_cast<Real>(state[i]);
  }
}

template <class Cell, class Real>
Real bound_of(const Problem<Cell, Real>& problem) {
  if (!problem.stopping.clamp) return std::numeric_limits<Real>::infinity();
  Real bound = 1;
  if (Cell::gates == 3) {
    for (const Real x : problem.initial_state) bound = std::max(bound, std::abs(x));
  }
  return bound;
}

/// Iterates the first `length` steps, which hold nothing but finite numbers. Leaves the count in `count`, also
/// where it throws NotConverged.
template <class Real>
void iterate_until_right(Iteration<Real>& iteration, std::size_t length, const Stopping& stopping, Real bound,
                         const Execution& execution, std::size_t& count) {
  // The guarantee of every scheme is one more right step per iteration. If that, and no smaller residual, is all that
  // many iterations have brought, and it is too little for the iterations that are left, then it has stagnated.
  constexpr std::size_t patience = 50;
  double least = std::numeric_limits<double>::infinity();
  std::size_t last_progress = 0;
  std::size_t right_then = 0;
  for (count = 0;; ++count) {
    iteration.sweep(execution);
    if (iteration.first_wrong() >= length) {
      iteration.finish();
      return;
    }
    if (iteration.residual() < 0.99 * least || iteration.first_wrong() > right_then + 2 * patience) {
      least = std::min(least, std::isnan(iteration.residual()) ? least : iteration.residual());
      last_progress = count;
      right_then = iteration.first_wrong();
    }
    const bool last = count >= stopping.max_iterations;
    const std::size_t right = std::clamp(iteration.first_wrong(), std::min(count, length), length);
    const bool stagnates = count >= last_progress + patience && length - right > stopping.max_iterations - count;
    if (last || stagnates) {
      iteration.finish();
      throw NotConverged(count, iteration.residual());
    }
    iteration.accept(bound);
  }
}

template <class Cell, class Real>
void run(Scheme scheme, const Problem<Cell, Real>& problem, Answer<Real>& answer, const Execution& execution) {
  require_shapes(problem, answer);
  answer.iterations = 0;
  answer.repeated_steps = 0;
  if (problem.length() == 0) return;
  Stopping stopping = problem.stopping;
  if (stopping.tolerance == 0) stopping.tolerance = sizeof(Real) == sizeof(float) ? 1e-6 : 1e-12;
  const std::size_t length = length_without_nan(problem);
  if (length > 0) {
    const auto kernel = make_kernel<Cell>(scheme, network_of(problem), stopping.tolerance);
    // What is dropped when a correction has faded is a residual of the next iterate, far below the tolerance.
    const auto faded = static_cast<Real>(stopping.tolerance / 1024);
    Iteration<Real> iteration(problem.hidden_size, length, *kernel, faded, answer.states.data());
    iterate_until_right(iteration, length, stopping, bound_of(problem), execution, answer.iterations);
  }
  if (length < problem.length()) loop(problem, answer, length);
}

}  // namespace
}  // namespace internal

template <Scheme scheme, class Cell, class Real>
void iterate_simd(const Problem<Cell, Real>& problem, Answer<Real>& answer, const Execution& execution) {
  internal::run(scheme, problem, answer, execution);
}

#define TANDEM_RNN_ITERATE(scheme, Cell, Real) \
  template void iterate_simd<Scheme::scheme>(const Problem<Cell, Real>&, Answer<Real>&, const Execution&);
#define TANDEM_RNN_ITERATE_CELLS(scheme)           \
  TANDEM_RNN_ITERATE(scheme, Tanh, float)          \
  TANDEM_RNN_ITERATE(scheme, Tanh, double)         \
  TANDEM_RNN_ITERATE(scheme, TanhDiagonal, float)  \
  TANDEM_RNN_ITERATE(scheme, TanhDiagonal, double) \
  TANDEM_RNN_ITERATE(scheme, Gru, float)           \
  TANDEM_RNN_ITERATE(scheme, Gru, double)          \
  TANDEM_RNN_ITERATE(scheme, GruDiagonal, float)   \
  TANDEM_RNN_ITERATE(scheme, GruDiagonal, double)
TANDEM_RNN_ITERATE_CELLS(jacobi)
TANDEM_RNN_ITERATE_CELLS(picard)
TANDEM_RNN_ITERATE_CELLS(constant_jacobian)
TANDEM_RNN_ITERATE_CELLS(input_linearised)
TANDEM_RNN_ITERATE_CELLS(newton)
TANDEM_RNN_ITERATE_CELLS(quasi_newton)
#undef TANDEM_RNN_ITERATE_CELLS
#undef TANDEM_RNN_ITERATE

}  // namespace tandem::rnn
