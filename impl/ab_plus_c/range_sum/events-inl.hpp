// Sum and maximum of a window from its events alone, the candidates that lower the running minimum: between events S
// rises by one per number. Included by foreach_target files, once per target.
//
// The window is cut into cells of so many numbers as hold one or two candidates. A cell has room for eight, in the
// order in which they come; a sorting network puts those of as many cells as there are lanes in order at once, and a
// lane walks down its cells. The few candidates that find their cell full are spilled to a list.
//
// A candidate is kept as (t, g): at offset t of its cell, and with g = p - t, what it gives the cell's first number.
// The cell's numbers have S = g + t, g the running minimum so far.
#if defined(TANDEM_AB_PLUS_C_RANGE_SUM_EVENTS_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TANDEM_AB_PLUS_C_RANGE_SUM_EVENTS_INL_HPP
#undef TANDEM_AB_PLUS_C_RANGE_SUM_EVENTS_INL_HPP
#else
#define TANDEM_AB_PLUS_C_RANGE_SUM_EVENTS_INL_HPP
#endif

#include <hwy/aligned_allocator.h>
#include <hwy/highway.h>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "impl/ab_plus_c/range/candidates-inl.hpp"
#include "impl/ab_plus_c/range/window.hpp"

HWY_BEFORE_NAMESPACE();
namespace tandem::ab_plus_c::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

class Events {
 public:
  struct Result : Swept {
    std::int64_t sum = 0;  ///< of the window's relative sums
  };

  /// For windows of a range that is not empty.
  explicit Events(const Range& range)
      : cell_(static_cast<std::int32_t>(cell_numbers(range))),
        cell_bits_(std::countr_zero(static_cast<std::uint32_t>(cell_))) {
    const std::uint64_t row = static_cast<std::uint64_t>(columns) << cell_bits_;
    const std::uint64_t needed = (range.high - range.low - 1) / row + 1;
    rows_ = static_cast<std::int32_t>(std::min<std::uint64_t>(std::bit_ceil(needed), cells_in_window / columns));
    const auto size = static_cast<std::size_t>(rows_ * row_size);
    cells_ = hwy::AllocateAligned<std::int32_t>(size);
    std::fill_n(cells_.get(), size, columns);
  }

  std::uint32_t numbers() const { return static_cast<std::uint32_t>((rows_ * columns) << cell_bits_); }

  /// Sweeps one window whose first number has at most the relative sum `first`. `last` is right for whole windows.
  Result sweep(const Window& window, std::int16_t first) {
    const Layout layout{.cell_bits = cell_bits_, .row_bits = std::countr_zero(static_cast<std::uint32_t>(rows_))};
    spilled_.clear();
    Result result;
    if (static_cast<std::uint32_t>(window.count) < numbers()) result.sum = cover_numbers_from(window.count, layout);
    for_each_candidate(window, window.count, layout,
                       [this](std::int32_t place, std::int32_t candidate) { take(place, candidate); });
    std::sort(spilled_.begin(), spilled_.end());
    HWY_ALIGN std::int32_t above[columns];
    enter_columns(window, first, above);
    run_down(above, result);
    return result;
  }

 private:
  // Rows of 16 cells, one of each column: how many integers of the row lie before the cell's first free one, then the
  // candidates of each cell below each other.
  static constexpr std::int32_t columns = 16;
  static_assert(cells_in_window % columns == 0);
  static constexpr std::int32_t room = 8;
  static constexpr std::int32_t few = 6;  // of 16 cells mostly none has more
  static constexpr std::int32_t row_size = columns * (1 + room);

  /// Added to g so that it is positive, and so large that a number beyond the window, with g = 0, has a negative sum.
  static constexpr std::int32_t bias = 16384;

  /// Cells have at most 1024 numbers, whose g - bias are between -2^14 and 2^14: the sums of so many fit in 32 bits.
  static constexpr std::int32_t rows_summed = 64;

  /// t in the upper half, so that candidates are sorted as integers; g in the lower one.
  static constexpr std::int32_t t_of(std::int32_t candidate) { return candidate >> 16; }
  static constexpr std::int32_t g_of(std::int32_t candidate) { return candidate & 0xffff; }

  struct Spilled {
    std::int32_t place;
    std::int32_t candidate;
    auto operator<=>(const Spilled&) const = default;  // NOLINT(modernize-use-nullptr): a false alarm
  };

  struct Layout {
    int cell_bits;
    int row_bits;

    /// Number `offset` is in cell offset / cell; cell number i is in row i % rows of column i / rows.
    template <class D, class V = hn::Vec<D>>
    V place(D d, V offset) const {
      const auto cell = hn::ShiftRightSame(offset, cell_bits);
      const auto row = hn::And(cell, hn::Set(d, (std::int32_t{1} << row_bits) - 1));
      static_assert(row_size == 128 + 16);
      return hn::Add(hn::Add(hn::ShiftLeft<7>(row), hn::ShiftLeft<4>(row)), hn::ShiftRightSame(cell, row_bits));
    }
    template <class D, class V = hn::Vec<D>>
    V value(D d, V offset, V sum) const {
      const auto t = hn::And(offset, hn::Set(d, (std::int32_t{1} << cell_bits) - 1));
      return hn::Add(hn::ShiftLeft<16>(t), hn::Add(hn::Sub(sum, t), hn::Set(d, bias)));
    }
  };

  void take(std::int32_t place, std::int32_t candidate) {
    std::int32_t& next = cells_[static_cast<std::size_t>(place)];
    if (next == row_size) {
      spilled_.push_back({place, candidate});
    } else {
      cells_[static_cast<std::size_t>(place + next)] = candidate;
      next += columns;
    }
  }

  /// Gives the numbers beyond the window g = 0, so that they do not change the maximum. Returns what makes up for their
  /// sums.
  std::int64_t cover_numbers_from(std::int32_t count, const Layout& layout) {
    std::int64_t correction = 0;
    for (std::int32_t cell = count >> cell_bits_; cell < rows_ * columns; ++cell) {
      const std::int64_t t = std::max(count - (cell << cell_bits_), 0);
      take((cell & (rows_ - 1)) * row_size + (cell >> layout.row_bits), static_cast<std::int32_t>(t << 16));
      correction += (cell_ - t) * bias - (cell_ * (cell_ - std::int64_t{1}) - t * (t - 1)) / 2;
    }
    return correction;
  }

  /// The i-th candidate of every cell in a vector of cells; where there is none, one at t = 0 that lowers nothing.
  template <class D>
  hn::Vec<D> candidates(D d, const std::int32_t* cells, hn::Vec<D> next, std::int32_t i) const {
    const auto none = hn::Set(d, 0xffff);
    return hn::IfThenElse(hn::Gt(next, hn::Set(d, (i + 1) * columns)), hn::Load(d, cells + (i + 1) * columns), none);
  }

  /// What each column receives from the one before it. Only rows within end_k + 2 numbers of the end are looked at: a
  /// sum at a column's end that comes from further above is end_k + 2 or more, and the certificate refuses the window
  /// for it.
  void enter_columns(const Window& window, std::int16_t first, std::int32_t* above) const {
    const hn::ScalableTag<std::int32_t> d;
    const auto lanes = static_cast<std::int32_t>(hn::Lanes(d));
    const std::int32_t first_row = std::max(rows_ - ((window.end_k + 2) >> cell_bits_) - 1, 0);
    for (std::int32_t column = 0; column < columns; column += lanes) {
      auto end = hn::Set(d, unreached + bias);
      for (std::int32_t row = first_row; row < rows_; ++row) {
        const std::int32_t* cells = cells_.get() + row * row_size + column;
        const auto next = hn::Load(d, cells);
        for (std::int32_t i = 0; i < room; ++i) {
          end = hn::Min(end, hn::And(candidates(d, cells, next, i), hn::Set(d, 0xffff)));
        }
        end = hn::Add(end, hn::Set(d, cell_));
      }
      hn::Store(end, d, above + column);
    }
    for (const auto& [place, candidate] : spilled_) {
      std::int32_t& end = above[place % row_size];
      end = std::min(end, g_of(candidate) + ((rows_ - place / row_size) << cell_bits_));
    }
    std::int32_t from_before = first + bias;
    for (std::int32_t column = 0; column < columns; ++column) {
      const std::int32_t end = std::min(above[column], from_before + (rows_ << cell_bits_));
      above[column] = from_before;
      from_before = std::min(end, unreached + bias);
    }
  }

  /// The running minimum of every column from what it received. S is largest before an event, before a cell begins or
  /// at the window's end. Leaves the cells empty, for the next window.
  void run_down(std::int32_t* above, Result& result) {
    const hn::ScalableTag<std::int32_t> d;
    const auto lanes = static_cast<std::int32_t>(hn::Lanes(d));
    const auto cell = hn::Set(d, cell_);
    const auto low_half = hn::Set(d, 0xffff);
    auto largest = hn::Zero(d);
    HWY_ALIGN std::int32_t sums[columns] = {};
    auto spilled = spilled_.cbegin();
    for (std::int32_t row = 0; row < rows_; ++row) {
      std::int32_t* cells = cells_.get() + row * row_size;
      if (spilled != spilled_.end() && spilled->place < (row + 1) * row_size) {
        spilled = run_down_row(row, spilled, above, result);
      } else {
        for (std::int32_t column = 0; column < columns; column += lanes) {
          const auto next = hn::Load(d, cells + column);
          const auto run_down_cells = [&](auto... c) HWY_ATTR {
            sort(d, c...);
            auto g = hn::Load(d, above + column);
            auto sum = hn::ShiftLeftSame(hn::Sub(g, hn::Set(d, bias)), cell_bits_);
            const auto step = [&](auto candidate) HWY_ATTR {
              const auto t = hn::ShiftRight<16>(candidate);
              const auto lower = hn::Min(g, hn::And(candidate, low_half));
              largest = hn::Max(largest, hn::Add(g, t));
              sum = hn::Sub(sum, hn::Mul(hn::Sub(g, lower), hn::Sub(cell, t)));
              g = lower;
            };
            (step(c), ...);
            hn::Store(hn::Add(g, cell), d, above + column);
            hn::Store(hn::Add(hn::Load(d, sums + column), sum), d, sums + column);
          };
          const auto c = [&](std::int32_t i) HWY_ATTR { return candidates(d, cells + column, next, i); };
          if (hn::AllFalse(d, hn::Gt(next, hn::Set(d, (few + 1) * columns)))) {  // as a rule
            run_down_cells(c(0), c(1), c(2), c(3), c(4), c(5));
          } else {
            run_down_cells(c(0), c(1), c(2), c(3), c(4), c(5), c(6), c(7));
          }
        }
      }
      std::fill_n(cells, columns, columns);
      if (row % rows_summed == rows_summed - 1 || row == rows_ - 1) {
        for (std::int32_t& sum : sums) result.sum += std::exchange(sum, 0);
      }
    }
    const std::int64_t cells = std::int64_t{columns} * rows_;
    result.sum += cells * (cell_ * (cell_ - std::int64_t{1}) / 2);  // the offsets in the cells
    result.last = above[columns - 1] - 1 - bias;
    result.largest = std::max({result.largest, hn::GetLane(hn::MaxOfLanes(d, largest)) - 1 - bias, result.last});
  }

  template <class V>
  static void order(V& x, V& y) {
    const V least = hn::Min(x, y);
    y = hn::Max(x, y);
    x = least;
  }
  template <class D, class V>
  static void sort(D, V& c0, V& c1, V& c2, V& c3, V& c4, V& c5) {
    order(c0, c5), order(c1, c3), order(c2, c4);
    order(c1, c2), order(c3, c4);
    order(c0, c3), order(c2, c5);
    order(c0, c1), order(c2, c3), order(c4, c5);
    order(c1, c2), order(c3, c4);
  }
  template <class D, class V>
  static void sort(D, V& c0, V& c1, V& c2, V& c3, V& c4, V& c5, V& c6, V& c7) {
    order(c0, c2), order(c1, c3), order(c4, c6), order(c5, c7);
    order(c0, c4), order(c1, c5), order(c2, c6), order(c3, c7);
    order(c0, c1), order(c2, c3), order(c4, c5), order(c6, c7);
    order(c2, c4), order(c3, c5);
    order(c1, c4), order(c3, c6);
    order(c1, c2), order(c3, c4), order(c5, c6);
  }

  /// A row that has spilled candidates; returns the first that belongs to a later row.
  std::vector<Spilled>::const_iterator run_down_row(std::int32_t row, std::vector<Spilled>::const_iterator spilled,
                                                    std::int32_t* above, Result& result) {
    std::vector<std::int32_t> all;
    all.reserve(2 * room);
    for (std::int32_t place = row * row_size; place < row * row_size + columns; ++place) {
      all.clear();
      const std::int32_t* cell = cells_.get() + place;
      for (std::int32_t i = columns; i < *cell; i += columns) all.push_back(cell[i]);
      for (; spilled != spilled_.end() && spilled->place == place; ++spilled) all.push_back(spilled->candidate);
      std::sort(all.begin(), all.end());
      std::int32_t& g = above[place % row_size];
      result.sum += std::int64_t{g - bias} * cell_;
      for (const std::int32_t candidate : all) {
        const std::int32_t lower = std::min(g, g_of(candidate));
        result.largest = std::max(result.largest, g + t_of(candidate) - 1 - bias);
        result.sum -= std::int64_t{g - lower} * (cell_ - t_of(candidate));
        g = lower;
      }
      g += cell_;
    }
    return spilled;
  }

  std::int32_t cell_;  ///< its numbers
  int cell_bits_;
  std::int32_t rows_;
  hwy::AlignedFreeUniquePtr<std::int32_t[]> cells_;
  std::vector<Spilled> spilled_;
};

}  // namespace tandem::ab_plus_c::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
