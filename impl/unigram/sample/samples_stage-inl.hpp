// Rows of tokens, which a stage takes four at a time. Included once per SIMD target.
#if defined(TANDEM_UNIGRAM_SAMPLES_STAGE_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef TANDEM_UNIGRAM_SAMPLES_STAGE_INL
#undef TANDEM_UNIGRAM_SAMPLES_STAGE_INL
#else
#define TANDEM_UNIGRAM_SAMPLES_STAGE_INL
#endif

#include <hwy/highway.h>

#include <array>
#include <cstddef>
#include <cstdint>

#include "impl/unigram/sample/samples_stage.hpp"

HWY_BEFORE_NAMESPACE();
namespace tandem::unigram::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

/// Whether bit slot + i is set, for lane i.
HWY_INLINE hn::Mask<hn::CappedTag<std::uint32_t, 16>> mask_of(std::uint32_t bits, std::size_t slot) {
  const hn::CappedTag<std::uint32_t, 16> d;
  return hn::TestBit(hn::Set(d, bits), hn::Load(d, bit_of_slot.data() + slot));
}

/// Tokens on their way to a stage, in rows: those of all slots at a position, and which slots have one.
class Rows {
 public:
  explicit Rows(Stage& stage) : stage_(stage) {}

  /// A row for tokens of the slots of `live`; what is written for others is ignored.
  HWY_INLINE std::uint32_t* add(std::uint32_t live) {
    if (count_ == rows) flush();
    live_[count_] = live;
    return tokens_.data() + slots * count_++;
  }

  HWY_INLINE void flush() {
    for (; count_ < rows; ++count_) live_[count_] = 0;
    count_ = 0;
#if HWY_TARGET == HWY_SCALAR
    for (std::size_t row = 0; row < rows; ++row) {
      for (std::size_t slot = 0; slot < slots; ++slot) {
        stage_.tokens[stage_.next[slot]] = tokens_[row * slots + slot];
        stage_.next[slot] -= live_[row] >> slot & 1;
      }
    }
#else
    // A slot's tokens side by side, its own at the back: one store, of which the rest is overwritten later.
    const hn::CappedTag<std::uint32_t, 16> d;
    const hn::Repartition<std::uint64_t, decltype(d)> pairs;
    const hn::CappedTag<std::uint8_t, 16> bytes;
    alignas(64) std::array<std::uint32_t, 16 * rows> columns;
    alignas(64) std::array<std::uint32_t, 16> orders;
    const std::size_t lanes = hn::Lanes(d);
    for (std::size_t slot = 0; slot < slots; slot += lanes) {
      auto order = hn::Zero(d);
      auto next = hn::LoadU(d, stage_.next.data() + slot);
      for (std::size_t row = 0; row < rows; ++row) {
        const auto taken = hn::VecFromMask(d, mask_of(live_[row], slot));
        order = hn::Or(order, hn::And(taken, hn::Set(d, 16U << row)));
        next = hn::Add(next, taken);
      }
      hn::Store(order, d, orders.data());
      const auto row = [&](std::size_t i) HWY_ATTR { return hn::LoadU(d, tokens_.data() + i * slots + slot); };
      const auto zip = [&](auto a, auto b) HWY_ATTR { return hn::BitCast(pairs, hn::InterleaveLower(d, a, b)); };
      const auto zip_upper = [&](auto a, auto b) HWY_ATTR { return hn::BitCast(pairs, hn::InterleaveUpper(d, a, b)); };
      const auto store = [&](auto column, std::size_t i)
                             HWY_ATTR { hn::Store(hn::BitCast(d, column), d, columns.data() + i * lanes); };
      const auto lower01 = zip(row(0), row(1));
      const auto lower23 = zip(row(2), row(3));
      store(hn::InterleaveLower(pairs, lower01, lower23), 0);
      store(hn::InterleaveUpper(pairs, lower01, lower23), 1);
      const auto upper01 = zip_upper(row(0), row(1));
      const auto upper23 = zip_upper(row(2), row(3));
      store(hn::InterleaveLower(pairs, upper01, upper23), 2);
      store(hn::InterleaveUpper(pairs, upper01, upper23), 3);
      for (std::size_t i = 0; i < lanes; ++i) {
        const auto* column = reinterpret_cast<const std::uint8_t*>(columns.data() + i % rows * lanes + i / rows * rows);
        hn::StoreU(hn::TableLookupBytes(hn::Load(bytes, column), hn::Load(bytes, to_the_back.data() + orders[i])),
                   bytes, reinterpret_cast<std::uint8_t*>(stage_.tokens.data() + stage_.next[slot + i] - (rows - 1)));
      }
      hn::StoreU(next, d, stage_.next.data() + slot);
    }
#endif
  }

 private:
  static constexpr std::size_t rows = 4;

  Stage& stage_;
  std::size_t count_ = 0;
  std::array<std::uint32_t, rows> live_;
  alignas(64) std::array<std::uint32_t, rows * slots> tokens_;
};

}  // namespace
}  // namespace tandem::unigram::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
