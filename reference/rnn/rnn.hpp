// Nonlinear recurrent networks: x_t = f(x_{t-1}, u_t) for t = 1, ..., T, given x_0.
//
// Four cells, each a type of this header. The input u_t is all that does not depend on the state: the caller has
// already applied the input weights and the bias. Dense cells multiply the state by d x d matrices, diagonal ones by
// vectors.
//
//   Tanh           x' = tanh(A x + u)
//   TanhDiagonal   x' = tanh(a o x + u)
//   Gru            z = s(W_z x + u_z),   r = s(W_r x + u_r),   c = tanh(W_c (r o x) + u_c),   x' = (1 - z) o x + z o c
//   GruDiagonal    the same with vectors a_z, a_r, a_c in place of the matrices
//
// with s(v) = 1 / (1 + exp(-v)) and o the element-wise product. The reset gate acts before the recurrent product (ONNX
// GRU with linear_before_reset = 0, and Cho et al. 2014); z weighs the candidate (ONNX calls 1 - z what is z here).
// Sources: kexue.fm 9783 for the tanh cells; Cho et al., arXiv 1406.1078; Danieli et al., arXiv 2510.21450 (diagonal
// GRU).
#pragma once

#include <cstddef>
#include <vector>

namespace tandem::rnn {

/// A cell: how many gates, hence input numbers per channel and step, and whether its weights are matrices.
struct Tanh {
  static constexpr std::size_t gates = 1;
  static constexpr bool dense = true;
};
struct TanhDiagonal {
  static constexpr std::size_t gates = 1;
  static constexpr bool dense = false;
};
struct Gru {
  static constexpr std::size_t gates = 3;
  static constexpr bool dense = true;
};
struct GruDiagonal {
  static constexpr std::size_t gates = 3;
  static constexpr bool dense = false;
};

/// Numbers in the weights of a cell: per gate d x d (dense) or d (diagonal).
template <class Cell>
constexpr std::size_t weight_count(std::size_t hidden_size) {
  return Cell::gates * hidden_size * (Cell::dense ? hidden_size : 1);
}

/// When a scheme that iterates over the whole sequence stops. The variants that do not iterate ignore it.
struct Stopping {
  /// Largest residual |x_t - f(x_{t-1}, u_t)| that counts as converged; 0 stands for 1e-6 (float) or 1e-12 (double).
  double tolerance = 0;
  std::size_t max_iterations = 100;
  /// Iterates that leave [-1, 1], where every state from x_1 on lies, are put back to its border, and NaN to 0. (A GRU
  /// that starts outside is put back to the largest |x_0| instead.)
  bool clamp = false;
};

/// One sequence of T steps. Shapes are row-major:
///   weights        gates x d x d, [gate][to][from] (dense), or gates x d (diagonal); gates in the order z, r, c
///   initial_state  d
///   input          T x gates x d
template <class Cell, class Real = float>
struct Problem {
  std::size_t hidden_size = 0;  ///< d
  std::vector<Real> weights;
  std::vector<Real> initial_state;
  std::vector<Real> input;
  Stopping stopping{};

  /// T, the number of steps.
  std::size_t length() const { return hidden_size == 0 ? 0 : input.size() / (Cell::gates * hidden_size); }
};

template <class Real = float>
struct Answer {
  std::vector<Real> states;  ///< T x d: x_1, ..., x_T. The caller gives it its size; variants only fill it.

  std::size_t iterations = 0;  ///< sweeps over the whole sequence, of the schemes that iterate
  /// Steps that were computed more than once because two chunks of the sequence did not fit together at once.
  std::size_t repeated_steps = 0;
};

/// The definition: a plain loop in double, rounded to Real when stored. O(T d^2) for dense cells, O(T d) for diagonal.
/// Throws std::invalid_argument where `require_shapes` does.
template <class Cell, class Real>
void reference(const Problem<Cell, Real>& problem, Answer<Real>& answer);

/// One step of the definition: next = f(state, input), all in double. `next` must not overlap `state`.
template <class Cell, class Real>
void step(const Problem<Cell, Real>& problem, const double* state, const Real* input, double* next);

/// The largest |x_t - f(x_{t-1}, u_t)| over all channels of the steps t = first, first + stride, ... (counted from 0),
/// with the answer's own x_{t-1}: what the answer lacks of being a trajectory. NaN where the answer has a NaN that the
/// definition has not, or lacks one that it has; 0 where both are NaN. O(T d^2 / stride).
template <class Cell, class Real>
double residual(const Problem<Cell, Real>& problem, const Answer<Real>& answer, std::size_t first = 0,
                std::size_t stride = 1);

/// How far an answer with this residual can be from the trajectory: residual / (1 - q) if the step is a contraction in
/// the maximum norm with a factor q < 1 that the weights alone guarantee (tanh cells: the largest row sum of |A|), and
/// infinity if they guarantee none (GRU cells never do).
template <class Cell, class Real>
double error_bound(const Problem<Cell, Real>& problem, double residual);

/// The one place where input is refused. Throws std::invalid_argument if the lengths of weights, initial state, input
/// and answer do not fit the hidden size.
template <class Cell, class Real>
void require_shapes(const Problem<Cell, Real>& problem);
template <class Cell, class Real>
void require_shapes(const Problem<Cell, Real>& problem, const Answer<Real>& answer);

}  // namespace tandem::rnn
