// Ways to compute 2^x for a vector of floats: the cheapest known to us that are right to about two units in the last
// place. A factor of log2 e for other bases folds into what computes x; careful handling of overflow is left out, since
// a roof must not be beaten. Included by foreach_target files, once per target.
#if defined(TANDEM_SUITE_EXPONENTIALS_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TANDEM_SUITE_EXPONENTIALS_INL_HPP
#undef TANDEM_SUITE_EXPONENTIALS_INL_HPP
#else
#define TANDEM_SUITE_EXPONENTIALS_INL_HPP
#endif

#include <hwy/highway.h>

#include <cstdint>

HWY_BEFORE_NAMESPACE();
namespace tandem::suite::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// The polynomial of x with these coefficients, that of the highest power first.
template <class D, class... Coefficient>
HWY_INLINE hn::Vec<D> polynomial(D d, hn::Vec<D> x, float highest, Coefficient... coefficients) {
  auto y = hn::Set(d, highest);
  ((y = hn::MulAdd(y, x, hn::Set(d, coefficients))), ...);
  return y;
}

/// A list of ways.
template <class... Exponential>
struct Exponentials {};

/// A magic addition rounds x to the nearest whole number, which is added to the exponent bits of a minimax polynomial
/// of the rest.
struct ByAddition {
  template <class D>
  static HWY_INLINE hn::Vec<D> compute(D d, hn::Vec<D> x) {
    const hn::RebindToSigned<D> di;
    const auto magic = hn::Set(d, 0x1.8p23f);
    const auto shifted = hn::Add(x, magic);
    const auto rest = hn::Sub(x, hn::Sub(shifted, magic));
    const auto y =
        polynomial(d, rest, 0.0013276472f, 0.0096755413f, 0.0555071327f, 0.2402211972f, 0.6931469671f, 1.0000000717f);
    return hn::BitCast(d, hn::Add(hn::BitCast(di, y), hn::ShiftLeft<23>(hn::BitCast(di, shifted))));
  }
};

#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3

/// Instructions of their own for the rest above a whole number and for the exponent.
struct ByInstruction {
  template <class D>
  static HWY_INLINE hn::Vec<D> compute(D d, hn::Vec<D> x) {
    constexpr int above_floor = 1;
    const hn::Vec<D> rest{_mm512_reduce_ps(x.raw, above_floor)};
    const auto y = polynomial(d, rest, 0.001877576673f, 0.008989340095f, 0.05582631805f, 0.240153617f, 0.6931530732f,
                              0.9999999251f);
    return hn::Vec<D>{_mm512_scalef_ps(y.raw, x.raw)};
  }
};

/// As ByAddition, but to the nearest 32nd, whose power is in a table of two registers, so that a polynomial of degree 2
/// is enough. From the table's bits is taken what adding the number of 32nds adds to the mantissa.
struct ByTable {
  template <class D>
  static HWY_INLINE hn::Vec<D> compute(D d, hn::Vec<D> x) {
    alignas(64) static constexpr std::uint32_t powers[32] = {
        0x3f800000, 0x3f7ecd87, 0x3f7daac3, 0x3f7c980f, 0x3f7b95c2, 0x3f7aa43a, 0x3f79c3d3, 0x3f78f4f0,
        0x3f7837f0, 0x3f778d3a, 0x3f76f532, 0x3f767043, 0x3f75fed7, 0x3f75a15b, 0x3f75583f, 0x3f7523f6,
        0x3f7504f3, 0x3f74fbaf, 0x3f7508a4, 0x3f752c4d, 0x3f75672a, 0x3f75b9be, 0x3f76248c, 0x3f76a81e,
        0x3f7744fd, 0x3f77fbb8, 0x3f78ccdf, 0x3f79b907, 0x3f7ac0c7, 0x3f7be4ba, 0x3f7d257d, 0x3f7e83b3,
    };
    const hn::RebindToSigned<D> di;
    const auto magic = hn::Set(d, 0x1.8p18f);
    const auto shifted = hn::Add(x, magic);
    const auto rest = hn::Sub(x, hn::Sub(shifted, magic));
    const auto number = hn::BitCast(di, shifted);
    const hn::Vec<decltype(di)> power{
        _mm512_permutex2var_epi32(_mm512_load_si512(powers), number.raw, _mm512_load_si512(powers + 16))};
    const auto scale = hn::BitCast(d, hn::Add(power, hn::ShiftLeft<18>(number)));
    const auto more = hn::MulAdd(rest, hn::Set(d, 0.240226507f), hn::Set(d, 0.693157344f));
    return hn::MulAdd(hn::Mul(rest, scale), more, scale);
  }
};

constexpr Exponentials<ByAddition, ByInstruction, ByTable> exponentials;

#else

constexpr Exponentials<ByAddition> exponentials;

#endif

}  // namespace tandem::suite::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
