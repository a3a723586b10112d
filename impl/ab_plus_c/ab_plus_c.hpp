// The fast implementations of the minimum of a + b + c with N = ab + c. Definitions: reference/ab_plus_c/ab_plus_c.hpp.
//
// Notation of kexue.fm 9775: p = a + b, q = b - a, so 4c = 4N - p^2 + q^2 and the sum is p + c. For p >= 2 sqrt N the
// best q for a given p is the least q >= sqrt(p^2 - 4N) of the parity of p.
//
// Every function returns the canonical answer (smallest p), refuses bad input as the reference does
// (std::invalid_argument), and may be called from several threads at once.
#pragma once

#include <cstdint>
#include <vector>

#include "impl/support/execution.hpp"
#include "reference/ab_plus_c/ab_plus_c.hpp"

namespace tandem::ab_plus_c {

// ---- one N -----------------------------------------------------------------------------------------------------
// Up to 64 bits unless stated: a larger N is refused.

/// The post's first idea: scan a over an interval below sqrt N that is long enough to hold the minimum (the post's own
/// interval is not). O(sqrt N) divisions.
void sqrt_scan(const Natural& n, Minimum& answer, const Execution& execution);

/// The post's x, y form: a = x - y, b = x + y, with x, y integers or halves of odd integers. O(N^{1/4}).
void parity_scan(const Natural& n, Minimum& answer, const Execution& execution);

/// The p, q form over the whole interval that the post proves sufficient. O(N^{1/4}) square roots.
void pq_scan(const Natural& n, Minimum& answer, const Execution& execution);

/// The p, q form, stopping as soon as p reaches the best sum so far (the sum is p + c >= p). Mean O(N^{1/6}).
void pq_early_stop(const Natural& n, Minimum& answer, const Execution& execution);

/// The early stop with one p per SIMD lane; exact for every 64-bit N.
void pq_early_stop_simd(const Natural& n, Minimum& answer, const Execution& execution);

/// The same, with a series in place of most square roots as a filter; what passes is tried exactly. A square root for
/// each of the first 160 p, then one and a division for 15 or 31 of them.
void pq_early_stop_filter_simd(const Natural& n, Minimum& answer, const Execution& execution);

/// The early stop in 128-bit arithmetic, up to 2^126 - 1, the p in blocks for the execution's threads; the answer does
/// not depend on them.
void pq_early_stop_wide(const Natural& n, Minimum& answer, const Execution& execution);

/// The same up to 2^126 - 1 with one p per SIMD lane in doubles as a filter; what passes is tried exactly.
void pq_early_stop_wide_simd(const Natural& n, Minimum& answer, const Execution& execution);

// ---- many N ----------------------------------------------------------------------------------------------------

using Batch = std::vector<std::uint64_t>;

/// One entry per number of the batch. The caller sizes the four arrays with `resize`; variants only fill them.
struct BatchAnswer {
  std::vector<std::uint64_t> sum;
  std::vector<std::uint64_t> a;
  std::vector<std::uint64_t> b;
  std::vector<std::uint64_t> c;
  std::uint64_t iterations = 0;  ///< candidates tried in all

  void resize(std::size_t count);
};

/// `pq_early_stop` for one number after the other.
void batch_pq_early_stop(const Batch& batch, BatchAnswer& answer, const Execution& execution);

/// SIMD across the p of one N: best for large N.
void batch_across_p_simd(const Batch& batch, BatchAnswer& answer, const Execution& execution);

/// SIMD across the numbers, one N per lane, a lane that has finished refilled with the next number: best for small N.
void batch_across_n_simd(const Batch& batch, BatchAnswer& answer, const Execution& execution);

// ---- ranges ----------------------------------------------------------------------------------------------------
// S(N) for every N of [low, high). `sums` holds high - low values, as sized by the caller; T is std::uint64_t or, for
// ranges whose sums fit, std::uint32_t.

/// S(N) by `pq_early_stop_simd` for one N after the other.
template <class T>
void range_early_stop_simd(const Range& range, std::vector<T>& sums, const Execution& execution);

/// The prefix-minimum sweep S(N) = min(S(N - 1) + 1, s(N)), s(N) = min a + b over ab = N, window by window.
template <class T>
void range_prefix_minimum(const Range& range, std::vector<T>& sums, const Execution& execution);

/// The same with the prefix minimum in SIMD lanes and stores that bypass the caches.
template <class T>
void range_prefix_minimum_simd(const Range& range, std::vector<T>& sums, const Execution& execution);

/// Sum and maximum over the range by `pq_early_stop` for one N after the other: the best scalar way without a sweep.
void total_early_stop(const Range& range, RangeTotal& total, const Execution& execution);

/// The same by `pq_early_stop_simd`.
void total_early_stop_simd(const Range& range, RangeTotal& total, const Execution& execution);

/// Sum and maximum by the sweep in 64 columns of 16-bit lanes; no S(N) is written anywhere.
void total_columns(const Range& range, RangeTotal& total, const Execution& execution);

/// Sum and maximum from the events alone, the candidates that lower the running minimum: work in proportion to the
/// candidates, O(N^{-1/6}) for each number.
void total_events(const Range& range, RangeTotal& total, const Execution& execution);

}  // namespace tandem::ab_plus_c
