// The sequential loop for one channel of tanh. Nothing but the length of the chain from one state to the next counts,
// so tanh comes from a table, and the chain is as short as it can be made:
//
//   - a cell of the table has the parabola c0 + c1 z + c2 z^2 in powers of z itself, so that no difference to the
//     cell's centre has to be formed;
//   - with a c0 in the table as well, the next z = (a c0 + c1 (a z)) + (c2 (a z^2) + u) is one addition behind the two
//     products, which do not wait for each other, and a z and a z^2 are ready before the table answers;
//   - adding 12288 instead of 0 to u gives the same sum rounded to 1/1024, whose low bits are the cell's address.
//
// load (7 cycles) - multiply-add (4) - add (3) - move to an address (3) - mask (1): 18 cycles on Zen 3, where the
// rational function takes 36. The state itself is computed beside the chain.
//
// Cells are 1/64 wide; the parabola meets tanh at the three Chebyshev nodes of a cell and an eighth of a cell to either
// side, for the rounded sums above. Its error is |tanh'''| w^3 / 24 <= 8e-8 for the half width w = 0.625 / 64, to which
// rounding adds about 2e-7.
#include "impl/rnn/kernels/scalar_tanh.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "impl/rnn/kernels/scalar_tanh.cpp"
#include <hwy/foreach_target.h>  // before highway.h
#include <hwy/highway.h>

#include "impl/rnn/kernels/activation-inl.hpp"
#include "impl/support/denormals.hpp"

#ifndef TANDEM_RNN_SCALAR_TANH_ONCE
#define TANDEM_RNN_SCALAR_TANH_ONCE
namespace tandem::rnn {

struct TableCell {
  float c0, c1, c2;
  float a_c0;  ///< a times c0
};

/// |z| < 16, the cells of z >= 0 first, as the address bits have it.
inline constexpr std::size_t table_size = 2048;
using Table = std::array<TableCell, table_size>;

}  // namespace tandem::rnn
#endif

HWY_BEFORE_NAMESPACE();
namespace tandem::rnn::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// Without the table: for gains that leave its range, and for few steps.
float rational_steps(float a, float x0, const float* input, std::size_t steps, float* output) {
  const hn::CappedTag<float, 1> d;
  auto x = hn::Set(d, x0);
  for (std::size_t t = 0; t < steps; ++t) {
    x = vector_tanh(d, hn::MulAdd(hn::Set(d, a), x, hn::Set(d, input[t])));
    output[t] = hn::GetLane(x);
  }
  return hn::GetLane(x);
}

/// For |a| <= 3 and |x0| <= 1.
float table_steps(const Table& table, float a, float x0, const float* input, std::size_t steps, float* output) {
  const hn::CappedTag<float, 1> d;
  const hn::RebindToUnsigned<decltype(d)> bits;
  // tanh is 1 from 9.1 on; an input beyond `limit` is there whatever the state, and now stays in the table: |z| <= 9.1
  // + 2 |a| < 16. NaN passes.
  const float limit = 9.1F + std::abs(a);
  const auto bounded = [limit](float u) { return u < -limit ? -limit : (u > limit ? limit : u); };
  // Between 2^13 and 2^14 floats are 1/1024 apart. The cell is z in units of 1/64, and 16 bytes long: 4 bits below.
  const auto origin = hn::Set(d, 12288.0F);
  constexpr std::uint32_t address_bits = (table_size - 1) * sizeof(TableCell);
  const auto gain = hn::Set(d, a);
  const auto* cells = reinterpret_cast<const unsigned char*>(table.data());

  auto x = hn::Set(d, x0);
  auto z = hn::MulAdd(gain, x, hn::Set(d, bounded(input[0])));
  auto rounded = hn::Add(z, origin);
  for (std::size_t t = 0; t < steps; ++t) {
    const std::uint32_t address =
        hn::GetLane(hn::BitCast(bits, rounded)) & address_bits;  // within the table for NaN too
    const auto* cell = reinterpret_cast<const TableCell*>(cells + address);
    const auto a_z = hn::Mul(gain, z);
    const auto a_z_z = hn::Mul(a_z, z);
    const auto c1 = hn::LoadU(d, &cell->c1);
    const auto c2 = hn::LoadU(d, &cell->c2);
    x = hn::MulAdd(hn::MulAdd(c2, z, c1), z, hn::LoadU(d, &cell->c0));
    output[t] = hn::GetLane(x);
    const auto u = hn::Set(d, bounded(input[t + 1 < steps ? t + 1 : t]));
    const auto low = hn::MulAdd(c1, a_z, hn::LoadU(d, &cell->a_c0));
    z = hn::Add(low, hn::MulAdd(c2, a_z_z, u));
    rounded = hn::Add(low, hn::MulAdd(c2, a_z_z, hn::Add(u, origin)));
  }
  return hn::GetLane(x);
}

}  // namespace tandem::rnn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tandem::rnn {

HWY_EXPORT(rational_steps);
HWY_EXPORT(table_steps);

namespace {

/// The parabola through tanh at three points of the cell that begins with `left`.
TableCell parabola(double left) {
  constexpr double cell = 1.0 / 64;
  const double middle = left + cell / 2;
  const double node = 0.625 * cell * std::sqrt(0.75);
  const double below = std::tanh(middle - node);
  const double at = std::tanh(middle);
  const double above = std::tanh(middle + node);
  const double c2 = (below - 2 * at + above) / (2 * node * node);
  const double slope = (above - below) / (2 * node);
  const double c1 = slope - 2 * c2 * middle;
  return {static_cast<float>(at - slope * middle + c2 * middle * middle), static_cast<float>(c1),
          static_cast<float>(c2), 0};
}

/// All but a_c0: constants, computed once per process.
const Table& parabolas() {
  static const Table table = [] {
    Table cells;
    for (std::size_t i = 0; i < table_size; ++i) {
      const double index = static_cast<double>(i) - (i < table_size / 2 ? 0.0 : static_cast<double>(table_size));
      cells[i] = parabola(index / 64);
    }
    return cells;
  }();
  return table;
}

}  // namespace

float scalar_tanh(float a, float x0, const float* input, std::size_t steps, float* output) {
  const DenormalsAreZero guard;
  // The first steps bring x into [-1, 1]. (A NaN in its place goes through the table as well.)
  const std::size_t without = std::abs(a) <= 3 && steps >= 512 ? 1 : steps;
  const float x1 = HWY_DYNAMIC_DISPATCH(rational_steps)(a, x0, input, without, output);
  if (without == steps) return x1;
  Table table = parabolas();
  for (TableCell& cell : table) cell.a_c0 = a * cell.c0;
  return HWY_DYNAMIC_DISPATCH(table_steps)(table, a, x1, input + 1, steps - 1, output + 1);
}

}  // namespace tandem::rnn
#endif  // HWY_ONCE
