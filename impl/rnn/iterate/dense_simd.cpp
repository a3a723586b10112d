// Sweeps of the dense cells. f is evaluated for several steps at once, so that each product with a weight matrix is one
// of matrix with matrix, and the linear recurrence advances several chunks side by side for the same reason. The
// Jacobians are never formed: M_t e is the same products as f, with factors per row in between.
#include <hwy/aligned_allocator.h>

#include <algorithm>
#include <cmath>

#include "impl/rnn/iterate/sweep.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "impl/rnn/iterate/dense_simd.cpp"
#include <hwy/foreach_target.h>  // before highway.h
// clang-format off: the rest must come after it
#include <hwy/highway.h>
#include "impl/rnn/iterate/dense_cells-inl.hpp"
#include "impl/rnn/iterate/worst-inl.hpp"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace tandem::rnn::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using internal::Chunk;
using internal::Iterates;
using internal::Made;

template <Scheme scheme, class Cell, class Real>
class DenseKernel final : public internal::SweepKernel<Real> {
 public:
  DenseKernel(const internal::Network<Real>& network, double tolerance)
      : network_(network), cell_(network), tolerance_(tolerance) {
    if constexpr (Cell::gates == 3 && scheme == Scheme::quasi_newton) cell_.prepare_diagonal();
  }

  std::size_t columns() const override { return tile; }
  bool separable() const override { return false; }

  void sweep(const Iterates<Real>& iterates, std::span<Chunk<Real>> chunks) const override {
    const std::size_t d = network_.hidden_size;
    const std::size_t steps = steps_of_a_block();
    StepRows<Real> rows(d, steps * chunks.size(), Evaluator::factors, tile);
    hwy::AlignedFreeUniquePtr<Real[]> e = zeros(d, tile);
    bool untouched = true;  // e = 0 everywhere
    for (Chunk<Real>& chunk : chunks) {
      chunk.residual = 0;
      chunk.first_wrong = chunk.last;
    }
    for (std::size_t done = 0; done < chunks[0].last - chunks[0].first; done += steps) {
      // Chunks become shorter in their order, so those that are left are the first ones.
      bool right = true;
      for (std::size_t column = 0; column < chunks.size(); ++column) {
        Chunk<Real>& chunk = chunks[column];
        const std::size_t first = chunk.first + done;
        if (first >= chunk.last) continue;
        const std::size_t count = std::min(steps, chunk.last - first);
        evaluate(iterates, first, count, rows, column * steps);
        const double found = difference(iterates, first, count, rows, column * steps);
        internal::raise(chunk.residual, found);
        if (found <= tolerance_) continue;
        chunk.first_wrong = std::min(chunk.first_wrong, first);
        right = false;
      }
      if (right && untouched) {  // nothing to correct, so the solve is saved
        for (const Chunk<Real>& chunk : chunks) {
          const std::size_t first = std::min(chunk.first + done, chunk.last);
          const std::size_t last = std::min(first + steps, chunk.last);
          std::copy(iterates.old + first * d, iterates.old + last * d, iterates.next + first * d);
        }
        continue;
      }
      untouched = false;
      for (std::size_t s = 0; s < steps; ++s) solve_step(iterates, chunks, done + s, rows, s, steps, e.get());
    }
    for (std::size_t column = 0; column < chunks.size(); ++column) {
      std::copy_n(e.get() + column * rows.stride, d, chunks[column].correction);
    }
  }

  void fade(const Iterates<Real>& iterates, const Chunk<Real>& chunk, Real* carry, Real faded) const override {
    const std::size_t d = network_.hidden_size;
    if constexpr (scheme == Scheme::jacobi) {
      std::fill_n(carry, d, Real{0});
      return;
    }
    const std::size_t block = 4 * tile;
    StepRows<Real> rows(d, block, Evaluator::factors, 1);
    hwy::AlignedFreeUniquePtr<Real[]> h = zeros(d, 1);
    std::copy_n(carry, d, h.get());
    for (std::size_t first = chunk.first; first < chunk.last; first += block) {
      const std::size_t count = std::min(block, chunk.last - first);
      evaluate(iterates, first, count, rows, 0);
      for (std::size_t s = 0; s < count; ++s) {
        if (std::all_of(h.get(), h.get() + d, [&](Real number) { return std::abs(number) <= faded; })) {
          std::fill_n(carry, d, Real{0});
          return;
        }
        cell_.template apply<scheme>(rows, s, 0, 1, h.get());
        Real* next = iterates.next + (first + s) * d;
        for_lanes<Real>(d, [&](auto tag, std::size_t i) HWY_ATTR {
          const auto value = hn::LoadU(tag, rows.result(0) + i);
          hn::StoreU(value, tag, h.get() + i);
          hn::StoreU(hn::Add(hn::LoadU(tag, next + i), value), tag, next + i);
        });
      }
    }
    std::copy_n(h.get(), d, carry);
  }

 private:
  static constexpr std::size_t tile = lockstep_columns;
  using Evaluator = DenseCell<Cell, Real>;

  static std::size_t stride_of(std::size_t d) { return vectors_of<Real>(d) * lanes_of<Real>; }

  /// Two tiles of steps, unless what is kept of them leaves the second-level cache.
  std::size_t steps_of_a_block() const {
    const std::size_t bytes =
        2 * tile * tile * stride_of(network_.hidden_size) * (Evaluator::factors + 2) * sizeof(Real);
    return bytes <= (std::size_t{1} << 18) ? 2 * tile : tile;
  }

  static hwy::AlignedFreeUniquePtr<Real[]> zeros(std::size_t d, std::size_t columns) {
    const std::size_t count = std::max<std::size_t>(1, columns * stride_of(d));
    auto numbers = hwy::AllocateAligned<Real>(count);
    std::fill_n(numbers.get(), count, Real{0});
    return numbers;
  }

  /// f and the factors of M for `count` steps from `first` on, into the rows from `row` on.
  void evaluate(const Iterates<Real>& iterates, std::size_t first, std::size_t count, StepRows<Real>& rows,
                std::size_t row) const {
    const std::size_t d = network_.hidden_size;
    const Real* u = network_.input + first * Cell::gates * d;
    if (first == 0) {  // the state before the first step lies elsewhere
      cell_.template evaluate<scheme>(network_.initial_state, u, 1, rows, row);
      if (count > 1) cell_.template evaluate<scheme>(iterates.old, u + Cell::gates * d, count - 1, rows, row + 1);
    } else {
      cell_.template evaluate<scheme>(iterates.old + (first - 1) * d, u, count, rows, row);
    }
  }

  HWY_NOINLINE double difference(const Iterates<Real>& iterates, std::size_t first, std::size_t count,
                                 const StepRows<Real>& rows, std::size_t row) const {
    const std::size_t d = network_.hidden_size;
    const hn::ScalableTag<Real> full;
    const hn::CappedTag<Real, 1> single;
    Worst wide(full);
    Worst narrow(single);
    for (std::size_t s = 0; s < count; ++s) {
      const Real* old = iterates.old + (first + s) * d;
      const Real* value = rows.value(row + s);
      std::size_t i = 0;
      for (; i + hn::Lanes(full) <= d; i += hn::Lanes(full)) {
        wide.add(hn::Sub(hn::LoadU(full, value + i), hn::LoadU(full, old + i)));
      }
      for (; i < d; ++i) narrow.add(hn::Sub(hn::LoadU(single, value + i), hn::LoadU(single, old + i)));
    }
    double worst = wide.get(full);
    internal::raise(worst, narrow.get(single));
    return worst;
  }

  /// One step of the recurrence in every chunk that has it; their rows are `apart` rows apart.
  void solve_step(const Iterates<Real>& iterates, std::span<Chunk<Real>> chunks, std::size_t step, StepRows<Real>& rows,
                  std::size_t row, std::size_t apart, Real* e) const {
    const std::size_t d = network_.hidden_size;
    std::size_t active = 0;
    while (active < chunks.size() && chunks[active].first + step < chunks[active].last) ++active;
    if (active == 0) return;
    if constexpr (scheme != Scheme::jacobi) cell_.template apply<scheme>(rows, row, apart, active, e);
    for (std::size_t column = 0; column < active; ++column) {
      const std::size_t at = (chunks[column].first + step) * d;
      const Real* value = rows.value(row + column * apart);
      const Real* through = rows.result(column);
      Real* correction = e + column * rows.stride;
      for_lanes<Real>(d, [&](auto tag, std::size_t i) HWY_ATTR {
        const auto f = hn::LoadU(tag, value + i);
        if constexpr (scheme == Scheme::jacobi) {
          hn::StoreU(f, tag, iterates.next + at + i);
        } else {
          const auto me = hn::LoadU(tag, through + i);
          hn::StoreU(hn::Add(f, me), tag, iterates.next + at + i);
          hn::StoreU(hn::Add(me, hn::Sub(f, hn::LoadU(tag, iterates.old + at + i))), tag, correction + i);
        }
      });
    }
  }

  internal::Network<Real> network_;
  Evaluator cell_;
  double tolerance_;
};

template <class Cell, class Real>
Made<Real> make_dense(Scheme scheme, const internal::Network<Real>& network, double tolerance) {
  switch (scheme) {
    case Scheme::jacobi:
      return std::make_unique<DenseKernel<Scheme::jacobi, Cell, Real>>(network, tolerance);
    case Scheme::picard:
      return std::make_unique<DenseKernel<Scheme::picard, Cell, Real>>(network, tolerance);
    case Scheme::constant_jacobian:
      return std::make_unique<DenseKernel<Scheme::constant_jacobian, Cell, Real>>(network, tolerance);
    case Scheme::input_linearised:
      return std::make_unique<DenseKernel<Scheme::input_linearised, Cell, Real>>(network, tolerance);
    case Scheme::quasi_newton:
      return std::make_unique<DenseKernel<Scheme::quasi_newton, Cell, Real>>(network, tolerance);
    case Scheme::newton:
      break;
  }
  return std::make_unique<DenseKernel<Scheme::newton, Cell, Real>>(network, tolerance);
}

// HWY_EXPORT takes names that are no templates.
Made<float> dense_tanh_float(Scheme scheme, const internal::Network<float>& network, double tolerance) {
  return make_dense<Tanh>(scheme, network, tolerance);
}
Made<double> dense_tanh_double(Scheme scheme, const internal::Network<double>& network, double tolerance) {
  return make_dense<Tanh>(scheme, network, tolerance);
}
Made<float> dense_gru_float(Scheme scheme, const internal::Network<float>& network, double tolerance) {
  return make_dense<Gru>(scheme, network, tolerance);
}
Made<double> dense_gru_double(Scheme scheme, const internal::Network<double>& network, double tolerance) {
  return make_dense<Gru>(scheme, network, tolerance);
}

}  // namespace tandem::rnn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tandem::rnn {

HWY_EXPORT(dense_tanh_float);
HWY_EXPORT(dense_tanh_double);
HWY_EXPORT(dense_gru_float);
HWY_EXPORT(dense_gru_double);

namespace internal {

// A matrix of one number is a diagonal one.
template <>
Made<float> make_kernel<Tanh>(Scheme scheme, const Network<float>& network, double tolerance) {
  if (network.hidden_size == 1) return make_kernel<TanhDiagonal>(scheme, network, tolerance);
  return HWY_DYNAMIC_DISPATCH(dense_tanh_float)(scheme, network, tolerance);
}
template <>
Made<double> make_kernel<Tanh>(Scheme scheme, const Network<double>& network, double tolerance) {
  if (network.hidden_size == 1) return make_kernel<TanhDiagonal>(scheme, network, tolerance);
  return HWY_DYNAMIC_DISPATCH(dense_tanh_double)(scheme, network, tolerance);
}
template <>
Made<float> make_kernel<Gru>(Scheme scheme, const Network<float>& network, double tolerance) {
  if (network.hidden_size == 1) return make_kernel<GruDiagonal>(scheme, network, tolerance);
  return HWY_DYNAMIC_DISPATCH(dense_gru_float)(scheme, network, tolerance);
}
template <>
Made<double> make_kernel<Gru>(Scheme scheme, const Network<double>& network, double tolerance) {
  if (network.hidden_size == 1) return make_kernel<GruDiagonal>(scheme, network, tolerance);
  return HWY_DYNAMIC_DISPATCH(dense_gru_double)(scheme, network, tolerance);
}

}  // namespace internal
}  // namespace tandem::rnn
#endif  // HWY_ONCE
