// Dormand and Prince's pair of orders 5 and 4: its numbers, how it looks between two steps, and how long the next one
// is.
//
// Sources: Dormand and Prince, J. Comp. Appl. Math. 6 (1980); Hairer, Norsett, Wanner, Solving Ordinary Differential
// Equations I, table II.5.2, formula II.6.12 and section II.4.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace tandem::flow::dormand_prince {

inline constexpr std::size_t stages = 7;
inline constexpr double nodes[stages] = {0, 1. / 5, 3. / 10, 4. / 5, 8. / 9, 1, 1};
/// The last row is the solution of order 5: the last stage of a step is the first of the next.
inline constexpr double weights[stages][stages - 1] = {
    {},
    {1. / 5},
    {3. / 40, 9. / 40},
    {44. / 45, -56. / 15, 32. / 9},
    {19372. / 6561, -25360. / 2187, 64448. / 6561, -212. / 729},
    {9017. / 3168, -355. / 33, 46732. / 5247, 49. / 176, -5103. / 18656},
    {35. / 384, 0, 500. / 1113, 125. / 192, -2187. / 6784, 11. / 84}};
/// Order 5 minus order 4.
inline constexpr double errors[stages] = {71. / 57600,      0,         -71. / 16695, 71. / 1920,
                                          -17253. / 339200, 22. / 525, -1. / 40};
/// Of the continuous extension.
inline constexpr double dense[stages] = {-12715105075. / 11282082432,  0,
                                         87487479700. / 32700410799,   -10690763975. / 1880347072,
                                         701980252875. / 199316789632, -1453857185. / 822651844,
                                         69997945. / 29380423};

/// One coordinate a share of the way through a step of signed length h from x to y, by the continuous extension of
/// order 4. `slope(stage)` is that of each stage.
template <class Slope>
double between(double x, double y, double h, double share, const Slope& slope) {
  const double way = y - x;
  const double first = h * slope(0) - way;
  const double second = way - h * slope(stages - 1) - first;
  double third = 0;
  for (std::size_t k = 0; k < stages; ++k) third += h * dense[k] * slope(k);
  return x + share * (way + (1 - share) * (first + share * (second + (1 - share) * third)));
}

/// By what the step's length is multiplied after one whose error is this many tolerances. Also NaN makes it shorter, so
/// that a field that fails ends in steps too short.
inline double change_of_step(double error) {
  if (error <= 1e-10) return 5;
  return error > 0 ? std::clamp(0.9 * std::pow(error, -0.2), 0.2, 5.0) : 0.2;
}

}  // namespace tandem::flow::dormand_prince
