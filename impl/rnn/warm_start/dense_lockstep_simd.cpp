// The dense cells in lockstep: matrix-vector products for one trajectory, matrix-matrix products for several.
#include "impl/rnn/warm_start/dense_lockstep.hpp"
#include "impl/support/denormals.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "impl/rnn/warm_start/dense_lockstep_simd.cpp"
#include <hwy/foreach_target.h>  // before highway.h
#include <hwy/highway.h>

#include "impl/rnn/kernels/dense_cells-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tandem::rnn::HWY_NAMESPACE {

template <class Cell>
class DenseLockstep final : public Lockstep {
 public:
  DenseLockstep(const Problem<Cell>& problem, Answer<>& answer)
      : d_(problem.hidden_size), input_(problem.input.data()), states_(answer.states.data()) {
    gates_.reserve(Cell::gates);
    for (std::size_t gate = 0; gate < Cell::gates; ++gate) {
      gates_.emplace_back(problem.weights.data() + gate * d_ * d_, d_);
    }
  }

  std::size_t columns() const override { return lockstep_columns; }

  std::size_t advance(std::span<Stretch> stretches, std::size_t steps, float tolerance) const override {
    const DenormalsAreZero guard;
    if (stretches.size() == 1) return advance_columns<1>(stretches, steps, tolerance);
    return advance_columns<lockstep_columns>(stretches, steps, tolerance);
  }

 private:
  template <std::size_t columns>
  std::size_t advance_columns(std::span<Stretch> stretches, std::size_t steps, float tolerance) const {
    return tolerance < 0 ? advance_columns<columns, false>(stretches, steps, tolerance)
                         : advance_columns<columns, true>(stretches, steps, tolerance);
  }

  template <std::size_t columns, bool compare>
  std::size_t advance_columns(std::span<Stretch> stretches, std::size_t steps, float tolerance) const {
    States<Cell, columns> states(d_);
    Rows<columns> rows;
    // Columns without a stretch repeat the first one's input and write to a row of their own.
    std::vector<float> unused_row(stretches.size() < columns ? d_ : 0);
    for (std::size_t c = 0; c < columns; ++c) {
      const bool used = c < stretches.size();
      Stretch& stretch = stretches[used ? c : 0];
      if (compare) stretch.met = false;
      states.set(c, stretch.start);
      rows.input[c] = input_ + stretch.first * Cell::gates * d_;
      rows.output[c] = used ? states_ + stretch.first * d_ : unused_row.data();
      rows.output_stride[c] = used ? d_ : 0;
    }
    const Vector limit = hn::Set(Floats{}, tolerance);
    for (std::size_t t = 0; t < steps; ++t) {
      if (t % 2 == 0) {
        states.template advance<false, compare>(gates_, rows, limit);
      } else {
        states.template advance<true, compare>(gates_, rows, limit);
      }
      for (std::size_t c = 0; c < columns; ++c) {
        rows.input[c] += Cell::gates * d_;
        rows.output[c] += rows.output_stride[c];
      }
      if constexpr (compare) {
        bool all_met = true;
        for (std::size_t c = 0; c < stretches.size(); ++c) {
          stretches[c].met = !states.apart(c);
          all_met = all_met && stretches[c].met;
        }
        if (all_met) return t + 1;
      }
    }
    return steps;
  }

  std::size_t d_;
  const float* input_;
  float* states_;
  std::vector<Panels<>> gates_;
};

std::unique_ptr<Lockstep> tanh_lockstep(const Problem<Tanh>& problem, Answer<>& answer) {
  return std::make_unique<DenseLockstep<Tanh>>(problem, answer);
}

std::unique_ptr<Lockstep> gru_lockstep(const Problem<Gru>& problem, Answer<>& answer) {
  return std::make_unique<DenseLockstep<Gru>>(problem, answer);
}

}  // namespace tandem::rnn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tandem::rnn {

HWY_EXPORT(tanh_lockstep);
HWY_EXPORT(gru_lockstep);

std::unique_ptr<Lockstep> dense_lockstep(const Problem<Tanh>& problem, Answer<>& answer) {
  return HWY_DYNAMIC_DISPATCH(tanh_lockstep)(problem, answer);
}

std::unique_ptr<Lockstep> dense_lockstep(const Problem<Gru>& problem, Answer<>& answer) {
  return HWY_DYNAMIC_DISPATCH(gru_lockstep)(problem, answer);
}

}  // namespace tandem::rnn
#endif  // HWY_ONCE
