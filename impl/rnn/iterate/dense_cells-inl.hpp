// f of the dense cells for several steps at once, and the products with what a scheme takes for its Jacobian. Included
// by foreach_target files, once per target.
//
// Tanh: M e = s o (A e), with s = 1 - f^2 (Newton). GRU, with z, r, c as in reference/rnn/rnn.hpp:
//   M e = (1 - z) o e + p o (W_z e) + q o (W_c (r o e + b o (W_r e))),
//   p = (c - x) z (1 - z),   q = z (1 - c^2),   b = x r (1 - r).
// Its diagonal (quasi-Newton) needs the diagonal of W_c diag(b) W_r, which is H b with H_ij = (W_c)_ij (W_r)_ji.
#if defined(TANDEM_RNN_ITERATE_DENSE_CELLS_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TANDEM_RNN_ITERATE_DENSE_CELLS_INL_HPP
#undef TANDEM_RNN_ITERATE_DENSE_CELLS_INL_HPP
#else
#define TANDEM_RNN_ITERATE_DENSE_CELLS_INL_HPP
#endif

#include <hwy/aligned_allocator.h>
#include <hwy/highway.h>

#include <algorithm>
#include <vector>

#include "impl/rnn/iterate/sweep.hpp"
#include "impl/rnn/kernels/activation-inl.hpp"
#include "impl/rnn/kernels/dense_panels-inl.hpp"
#include "impl/rnn/kernels/lanes-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tandem::rnn::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// What is known of some steps, one row each: f and the factors of M. And room for products: of every row, and of
/// every column of the recurrence.
template <class Real>
class StepRows {
 public:
  StepRows(std::size_t d, std::size_t rows, std::size_t factors, std::size_t columns)
      : stride(vectors_of<Real>(d) * lanes_of<Real>),
        rows_(rows),
        factors_(factors),
        room_(std::max(rows, columns)),
        numbers_(hwy::AllocateAligned<Real>((rows * (1 + factors) + 3 * room_ + columns) * stride + 1)) {}

  Real* value(std::size_t row) const { return numbers_.get() + row * stride; }
  Real* factor(std::size_t which, std::size_t row) const { return value((1 + which) * rows_ + row); }
  Real* room(std::size_t which, std::size_t row) const {
    return numbers_.get() + (rows_ * (1 + factors_) + which * room_ + row) * stride;
  }
  Real* result(std::size_t column) const { return room(3, column); }  ///< M e

  std::size_t stride;  ///< numbers from one row to the next

 private:
  std::size_t rows_;
  std::size_t factors_;
  std::size_t room_;
  hwy::AlignedFreeUniquePtr<Real[]> numbers_;
};

template <class Cell, class Real>
class DenseCell;

template <class Real>
class DenseCell<Tanh, Real> {
 public:
  static constexpr std::size_t factors = 1;

  explicit DenseCell(const internal::Network<Real>& network)
      : d_(network.hidden_size), weights_(network.weights), matrix_(network.weights, d_) {}

  /// f and the factors for `count` states, d apart, into the rows from `row` on. Not inlined: a call serves many steps,
  /// and three copies in every kernel take a compiler long.
  template <Scheme scheme>
  HWY_NOINLINE void evaluate(const Real* x, const Real* u, std::size_t count, StepRows<Real>& rows,
                             std::size_t row) const {
    multiply_all(matrix_, x, d_, count, rows.value(row), rows.stride);
    for (std::size_t s = row; s < row + count; ++s, u += d_) {
      Real* value = rows.value(s);
      Real* slope = rows.factor(0, s);
      for_lanes<Real>(d_, [&](auto tag, std::size_t i) HWY_ATTR {
        const auto input = hn::LoadU(tag, u + i);
        const auto one = hn::Set(tag, 1);
        const auto f = vector_tanh(tag, hn::Add(hn::LoadU(tag, value + i), input));
        hn::StoreU(f, tag, value + i);
        if constexpr (scheme == Scheme::newton) hn::StoreU(hn::NegMulAdd(f, f, one), tag, slope + i);
        if constexpr (scheme == Scheme::input_linearised) {
          const auto at_zero = vector_tanh(tag, input);
          hn::StoreU(hn::NegMulAdd(at_zero, at_zero, one), tag, slope + i);
        }
      });
      if constexpr (scheme == Scheme::quasi_newton) {
        for (std::size_t i = 0; i < d_; ++i) slope[i] = (1 - value[i] * value[i]) * weights_[i * d_ + i];
      }
    }
  }

  /// result(column) = M e for the columns 0, ..., columns - 1, whose rows are row, row + apart, ...
  template <Scheme scheme>
  void apply(StepRows<Real>& rows, std::size_t row, std::size_t apart, std::size_t columns, const Real* e) const {
    constexpr bool diagonal = scheme == Scheme::picard || scheme == Scheme::quasi_newton;
    if constexpr (diagonal) {
      std::copy_n(e, columns * rows.stride, rows.result(0));
    } else {
      multiply_all(matrix_, e, rows.stride, columns, rows.result(0), rows.stride);
    }
    if constexpr (scheme == Scheme::picard || scheme == Scheme::constant_jacobian) return;
    for (std::size_t column = 0; column < columns; ++column) {
      const Real* slope = rows.factor(0, row + column * apart);
      Real* result = rows.result(column);
      for_lanes<Real>(d_, [&](auto tag, std::size_t i) HWY_ATTR {
        hn::StoreU(hn::Mul(hn::LoadU(tag, slope + i), hn::LoadU(tag, result + i)), tag, result + i);
      });
    }
  }

 private:
  std::size_t d_;
  const Real* weights_;
  Panels<Real> matrix_;
};

template <class Real>
class DenseCell<Gru, Real> {
 public:
  static constexpr std::size_t factors = 5;

  explicit DenseCell(const internal::Network<Real>& network)
      : d_(network.hidden_size), weights_(network.weights), z_(pack(0)), r_(pack(1)), c_(pack(2)) {}

  /// For quasi-Newton alone, which has a product more.
  void prepare_diagonal() {
    const Real* r = weights_ + d_ * d_;
    const Real* c = weights_ + 2 * d_ * d_;
    std::vector<Real> h(d_ * d_);
    for (std::size_t i = 0; i < d_; ++i) {
      for (std::size_t j = 0; j < d_; ++j) h[i * d_ + j] = c[i * d_ + j] * r[j * d_ + i];
    }
    h_ = Panels<Real>(h.data(), d_);
  }

  template <Scheme scheme>
  HWY_NOINLINE void evaluate(const Real* x, const Real* u, std::size_t count, StepRows<Real>& rows,
                             std::size_t row) const {
    multiply_all(z_, x, d_, count, rows.room(0, 0), rows.stride);
    multiply_all(r_, x, d_, count, rows.room(1, 0), rows.stride);
    for (std::size_t s = 0; s < count; ++s) {
      const Real* state = x + s * d_;
      const Real* input = u + (3 * s + 1) * d_;
      const Real* product = rows.room(1, s);
      Real* reset = rows.factor(r_factor, row + s);
      Real* inner = rows.room(2, s);
      for_lanes<Real>(d_, [&](auto tag, std::size_t i) HWY_ATTR {
        const auto r = vector_sigmoid(tag, hn::Add(hn::LoadU(tag, product + i), hn::LoadU(tag, input + i)));
        hn::StoreU(r, tag, reset + i);
        hn::StoreU(hn::Mul(r, hn::LoadU(tag, state + i)), tag, inner + i);
      });
    }
    multiply_all<Real>(c_, rows.room(2, 0), rows.stride, count, rows.value(row), rows.stride);
    for (std::size_t s = 0; s < count; ++s) combine<scheme>(x + s * d_, u + 3 * s * d_, rows, row + s, s);
    if constexpr (scheme == Scheme::quasi_newton) diagonal(rows, row, count);
  }

  template <Scheme scheme>
  void apply(StepRows<Real>& rows, std::size_t row, std::size_t apart, std::size_t columns, const Real* e) const {
    constexpr bool full = scheme == Scheme::newton || scheme == Scheme::input_linearised;
    if constexpr (full) {
      multiply_all(z_, e, rows.stride, columns, rows.room(0, 0), rows.stride);
      if constexpr (scheme == Scheme::newton) multiply_all(r_, e, rows.stride, columns, rows.room(1, 0), rows.stride);
      for (std::size_t column = 0; column < columns; ++column) {
        const std::size_t at = row + column * apart;
        const Real* from = e + column * rows.stride;
        for_lanes<Real>(d_, [&](auto tag, std::size_t i) HWY_ATTR {
          auto inner = hn::Mul(hn::LoadU(tag, rows.factor(r_factor, at) + i), hn::LoadU(tag, from + i));
          if constexpr (scheme == Scheme::newton) {
            inner = hn::MulAdd(hn::LoadU(tag, rows.factor(b_factor, at) + i), hn::LoadU(tag, rows.room(1, column) + i),
                               inner);
          }
          hn::StoreU(inner, tag, rows.room(2, column) + i);
        });
      }
      multiply_all<Real>(c_, rows.room(2, 0), rows.stride, columns, rows.result(0), rows.stride);
    } else if constexpr (scheme == Scheme::constant_jacobian) {
      multiply_all(c_, e, rows.stride, columns, rows.result(0), rows.stride);
    }
    for (std::size_t column = 0; column < columns; ++column) {
      const std::size_t at = row + column * apart;
      const Real* from = e + column * rows.stride;
      Real* result = rows.result(column);
      for_lanes<Real>(d_, [&](auto tag, std::size_t i) HWY_ATTR {
        const auto number = hn::LoadU(tag, from + i);
        auto me = number;  // picard
        if constexpr (scheme == Scheme::constant_jacobian) {
          me = hn::MulAdd(hn::Set(tag, 0.25), hn::LoadU(tag, result + i), hn::Mul(hn::Set(tag, 0.5), number));
        } else if constexpr (scheme != Scheme::picard) {
          me = hn::Mul(hn::LoadU(tag, rows.factor(keep_factor, at) + i), number);
        }
        if constexpr (full) {
          me = hn::MulAdd(hn::LoadU(tag, rows.factor(p_factor, at) + i), hn::LoadU(tag, rows.room(0, column) + i), me);
          me = hn::MulAdd(hn::LoadU(tag, rows.factor(q_factor, at) + i), hn::LoadU(tag, result + i), me);
        }
        hn::StoreU(me, tag, result + i);
      });
    }
  }

 private:
  enum Factor : std::size_t { keep_factor, p_factor, q_factor, r_factor, b_factor };

  Panels<Real> pack(std::size_t gate) const { return Panels<Real>(weights_ + gate * d_ * d_, d_); }

  /// The new state and the factors of one step, whose products are in room(0, s), its factor r and its value.
  template <Scheme scheme>
  void combine(const Real* x, const Real* u, StepRows<Real>& rows, std::size_t row, std::size_t s) const {
    for_lanes<Real>(d_, [&](auto tag, std::size_t i) HWY_ATTR {
      const auto one = hn::Set(tag, 1);
      const auto state = hn::LoadU(tag, x + i);
      auto z = vector_sigmoid(tag, hn::Add(hn::LoadU(tag, rows.room(0, s) + i), hn::LoadU(tag, u + i)));
      auto c = vector_tanh(tag, hn::Add(hn::LoadU(tag, rows.value(row) + i), hn::LoadU(tag, u + 2 * d_ + i)));
      auto r = hn::LoadU(tag, rows.factor(r_factor, row) + i);
      hn::StoreU(hn::MulAdd(z, hn::Sub(c, state), state), tag, rows.value(row) + i);
      if constexpr (scheme == Scheme::newton || scheme == Scheme::quasi_newton || scheme == Scheme::input_linearised) {
        auto at = state;
        if constexpr (scheme == Scheme::input_linearised) {  // the gates at x = 0
          at = hn::Zero(tag);
          z = vector_sigmoid(tag, hn::LoadU(tag, u + i));
          r = vector_sigmoid(tag, hn::LoadU(tag, u + d_ + i));
          c = vector_tanh(tag, hn::LoadU(tag, u + 2 * d_ + i));
          hn::StoreU(r, tag, rows.factor(r_factor, row) + i);
        }
        const auto keep = hn::Sub(one, z);
        hn::StoreU(keep, tag, rows.factor(keep_factor, row) + i);
        hn::StoreU(hn::Mul(hn::Sub(c, at), hn::Mul(z, keep)), tag, rows.factor(p_factor, row) + i);
        hn::StoreU(hn::Mul(z, hn::NegMulAdd(c, c, one)), tag, rows.factor(q_factor, row) + i);
        hn::StoreU(hn::Mul(at, hn::Mul(r, hn::Sub(one, r))), tag, rows.factor(b_factor, row) + i);
      }
    });
  }

  /// Puts the diagonal of M where 1 - z was.
  void diagonal(StepRows<Real>& rows, std::size_t row, std::size_t count) const {
    multiply_all<Real>(h_, rows.factor(b_factor, row), rows.stride, count, rows.room(0, 0), rows.stride);
    for (std::size_t s = 0; s < count; ++s) {
      for (std::size_t i = 0; i < d_; ++i) {
        const Real z_weight = weights_[i * d_ + i];
        const Real c_weight = weights_[(2 * d_ + i) * d_ + i];
        const Real through_c = c_weight * rows.factor(r_factor, row + s)[i] + rows.room(0, s)[i];
        rows.factor(keep_factor, row + s)[i] +=
            rows.factor(p_factor, row + s)[i] * z_weight + rows.factor(q_factor, row + s)[i] * through_c;
      }
    }
  }

  std::size_t d_;
  const Real* weights_;
  Panels<Real> z_;
  Panels<Real> r_;
  Panels<Real> c_;
  Panels<Real> h_;
};

}  // namespace tandem::rnn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
