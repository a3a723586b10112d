// The skeleton method, y' = alpha x + y: the how-to for a new method. Copy its folders, and read them in this order:
//
//   reference/skeleton/    skeleton.hpp is this file: what is computed. Types and the slow function that defines the
//                          answer; skeleton.cpp is the definition itself
//   impl/skeleton/         the fast variants: skeleton.hpp declares them, one .cpp per implementation
//   problems/skeleton/     seeded inputs, for all who need some
//   benchmarks/skeleton/   what the suite must know: workloads, variants, agreement, certificate, work
//   claims/skeleton/       what its source says, as an experiment with a verdict
//   tests/skeleton/        what is particular to this method: edge cases, bad input
//
// No list names these files: the build system and the suite find a method by its place in the rooms.
//
// A header of this room starts with the formula and where it comes from, and uses the standard library alone.
// Source: the routine "saxpy" of the BLAS (Lawson, Hanson, Kincaid, Krogh, ACM TOMS 5(3), 1979).
#pragma once

#include <vector>

// One namespace per method, so that every method may call its types Problem and Answer.
namespace tandem::skeleton {

/// Everything that decides the answer. `x` and `y` have the same length n.
struct Problem {
  float alpha = 0;
  std::vector<float> x;
  std::vector<float> y;
};

/// The n numbers alpha x[i] + y[i]. The caller gives it its size; variants only fill it.
using Answer = std::vector<float>;

/// The definition: computed in double, rounded to float once. O(n).
/// Throws std::invalid_argument where `require_shapes` does.
void reference(const Problem& problem, Answer& answer);

/// The one place where input is refused, called by the reference and by every variant, so that all refuse alike.
/// Throws std::invalid_argument if x and y differ in length or the answer has another length than they.
void require_shapes(const Problem& problem, const Answer& answer);

}  // namespace tandem::skeleton
