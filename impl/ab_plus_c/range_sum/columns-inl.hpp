// Sum and maximum of a window without any shuffle: the window is cut into 64 columns, a lane walks down each of them,
// and S(N) = min(S(N - 1) + 1, candidate) is a vertical minimum. Included by foreach_target files, once per target.
//
// Number `offset` of the window is in row offset % rows of column offset / rows. Values are kept relative to their row,
// value = sum - row, so that "+ 1 from row to row" costs nothing: a running minimum is all there is.
#if defined(TANDEM_AB_PLUS_C_RANGE_SUM_COLUMNS_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TANDEM_AB_PLUS_C_RANGE_SUM_COLUMNS_INL_HPP
#undef TANDEM_AB_PLUS_C_RANGE_SUM_COLUMNS_INL_HPP
#else
#define TANDEM_AB_PLUS_C_RANGE_SUM_COLUMNS_INL_HPP
#endif

#include <hwy/aligned_allocator.h>
#include <hwy/highway.h>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "impl/ab_plus_c/range/candidates-inl.hpp"
#include "impl/ab_plus_c/range/window.hpp"

HWY_BEFORE_NAMESPACE();
namespace tandem::ab_plus_c::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

class Columns {
 public:
  struct Result : Swept {
    std::int64_t sum = 0;  ///< of the window's relative sums
  };

  /// For windows of a range that is not empty.
  explicit Columns(const Range& range) {
    const std::uint64_t needed = (range.high - range.low - 1) / columns + 1;
    rows_ = static_cast<std::int32_t>(
        std::min<std::uint64_t>(std::bit_ceil(needed), window_numbers(range, largest_columns) / columns));
    values_ = hwy::AllocateAligned<std::int16_t>(numbers());
    std::fill_n(values_.get(), numbers(), unreached);
  }

  std::uint32_t numbers() const { return static_cast<std::uint32_t>(columns * rows_); }

  /// Sweeps one window whose first number has at most the relative sum `first`.
  Result sweep(const Window& window, std::int16_t first) {
    if (static_cast<std::uint32_t>(window.count) < numbers()) cover_numbers_from(window.count);
    values_[0] = std::min(values_[0], first);
    const Layout layout{.row_bits = std::countr_zero(static_cast<std::uint32_t>(rows_))};
    lower_to_candidates(window, window.count, layout, values_.get());
    alignas(64) std::int16_t above[columns];
    enter_columns(window, above);
    return run_down(above);
  }

 private:
  static constexpr std::int32_t columns = 64;

  struct Layout {
    int row_bits;

    template <class D, class V = hn::Vec<D>>
    V place(D d, V offset) const {
      return hn::Add(hn::ShiftLeft<6>(row(d, offset)), hn::ShiftRightSame(offset, row_bits));
    }
    template <class D, class V = hn::Vec<D>>
    V value(D d, V offset, V sum) const {
      return hn::Sub(sum, row(d, offset));
    }
    template <class D, class V = hn::Vec<D>>
    V row(D d, V offset) const {
      return hn::And(offset, hn::Set(d, (std::int32_t{1} << row_bits) - 1));
    }
  };

  /// Gives the numbers beyond the window the relative sum 0, so that they change neither sum nor maximum.
  void cover_numbers_from(std::int32_t count) {
    const hn::ScalableTag<std::int16_t> d;
    const auto lanes = static_cast<std::int32_t>(hn::Lanes(d));
    for (std::int32_t row = 0; row < rows_; ++row) {
      const std::int32_t inside = std::max(count - row + rows_ - 1, 0) / rows_;  // columns
      for (std::int32_t column = 0; column < columns; column += lanes) {
        const auto is_inside =
            hn::Lt(hn::Iota(d, static_cast<std::int16_t>(column)), hn::Set(d, static_cast<std::int16_t>(inside)));
        const auto value =
            hn::IfThenElse(is_inside, hn::Set(d, unreached), hn::Set(d, static_cast<std::int16_t>(-row)));
        hn::Store(value, d, values_.get() + row * columns + column);
      }
    }
  }

  /// What each column receives from the one before it. Only the last end_k + 2 rows are looked at: a sum at a column's
  /// end that comes from further above is end_k + 2 or more, and the certificate refuses the window for it.
  void enter_columns(const Window& window, std::int16_t* above) const {
    const hn::ScalableTag<std::int16_t> d;
    const auto lanes = static_cast<std::int32_t>(hn::Lanes(d));
    const std::int32_t first_row = std::max(rows_ - (window.end_k + 2), 0);
    for (std::int32_t column = 0; column < columns; column += 2 * lanes) {
      auto left = hn::Set(d, unreached);
      auto right = left;
      const std::int16_t* values = values_.get() + first_row * columns + column;
      for (std::int32_t row = first_row; row < rows_; ++row, values += columns) {
        left = hn::Min(left, hn::Load(d, values));
        right = hn::Min(right, hn::Load(d, values + lanes));
      }
      hn::Store(left, d, above + column);
      hn::Store(right, d, above + column + lanes);
    }
    std::int32_t from_before = unreached;
    for (std::int32_t column = 0; column < columns; ++column) {
      const std::int32_t end = std::min<std::int32_t>(above[column], from_before);
      above[column] = static_cast<std::int16_t>(from_before);
      from_before = std::min<std::int32_t>(end + rows_, unreached);
    }
  }

  /// The running minimum of every column from what it received; leaves the values unreached, for the next window.
  Result run_down(const std::int16_t* above) {
    const hn::ScalableTag<std::int16_t> d;
    const hn::Repartition<std::int32_t, decltype(d)> d32;
    const auto lanes = static_cast<std::int32_t>(hn::Lanes(d));
    const auto none = hn::Set(d, unreached);
    const auto one = hn::Set(d, 1);
    auto largest = hn::Zero(d);
    auto last = none;
    Result result;
    for (std::int32_t column = 0; column < columns; column += 2 * lanes) {
      auto left = hn::Load(d, above + column);
      auto right = hn::Load(d, above + column + lanes);
      auto even_sums = hn::Zero(d32);
      auto odd_sums = hn::Zero(d32);
      auto row_number = hn::Zero(d);
      std::int16_t* values = values_.get() + column;
      for (std::int32_t row = 0; row < rows_; ++row, values += columns) {
        left = hn::Min(left, hn::Load(d, values));
        right = hn::Min(right, hn::Load(d, values + lanes));
        hn::Store(none, d, values);
        hn::Store(none, d, values + lanes);
        largest = hn::Max(largest, hn::Add(hn::Max(left, right), row_number));
        row_number = hn::Add(row_number, one);
        even_sums = hn::ReorderWidenMulAccumulate(d32, hn::Add(left, right), one, even_sums, odd_sums);
      }
      result.sum += sum_of(d32, even_sums) + sum_of(d32, odd_sums);
      last = right;
    }
    result.sum += std::int64_t{columns} * rows_ * (rows_ - 1) / 2;  // the rows that values are relative to
    result.largest = hn::GetLane(hn::MaxOfLanes(d, largest));
    alignas(64) std::int16_t ends[hn::MaxLanes(d)];
    hn::Store(last, d, ends);
    result.last = ends[lanes - 1] + rows_ - 1;
    return result;
  }

  template <class D>
  static std::int64_t sum_of(D d, hn::Vec<D> v) {
    alignas(64) std::int32_t terms[hn::MaxLanes(d)];
    hn::Store(v, d, terms);
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < hn::Lanes(d); ++i) sum += terms[i];
    return sum;
  }

  std::int32_t rows_;
  hwy::AlignedFreeUniquePtr<std::int16_t[]> values_;
};

}  // namespace tandem::ab_plus_c::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
