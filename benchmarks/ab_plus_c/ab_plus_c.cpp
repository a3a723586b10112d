// ab_plus_c: the minimum of a + b + c with N = ab + c, one N after the other.
//
// A workload is a list of random N of one bit length, since the cost of the early stop varies by two thirds from N to
// N; a variant may use SIMD and threads within one N only.
#include "impl/ab_plus_c/ab_plus_c.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "benchmarks/ab_plus_c/support.hpp"
#include "benchmarks/suite/hash.hpp"
#include "benchmarks/suite/registry.hpp"
#include "problems/ab_plus_c/ab_plus_c.hpp"

namespace tandem::ab_plus_c {
namespace {

using Numbers = std::vector<Natural>;
using Minima = std::vector<Minimum>;

template <auto one>
void each(const Numbers& numbers, Minima& minima, const Execution& execution) {
  for (std::size_t i = 0; i < numbers.size(); ++i) one(numbers[i], minima[i], execution);
}

void reference_one(const Natural& n, Minimum& answer, const Execution&) { answer = reference(n); }

suite::Workload<Numbers> workload(int bits, std::size_t count, bool quick = true) {
  return {.name = std::to_string(bits) + "_bits",
          .size = std::ldexp(1.0, bits),
          .items = static_cast<double>(count),
          .quick = quick,
          .make = [bits, count](std::uint64_t seed) { return random_numbers<Natural>(bits, count, seed); }};
}

void describe(const Numbers& numbers, suite::Fields<Minima>& fields) {
  fields.equal("sum", suite::column(&Minimum::sum), numbers.size());
  fields.equal("a", suite::column(&Minimum::a), numbers.size());
  fields.equal("b", suite::column(&Minimum::b), numbers.size());
  fields.equal("c", suite::column(&Minimum::c), numbers.size());
  fields.ignored("iterations", suite::column(&Minimum::iterations), "each algorithm tries its own candidates");
}

std::optional<std::string> certificate(const Numbers& numbers, const Minima& minima) {
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (auto wrong = what_is_wrong(numbers[i], minima[i])) return wrong;
  }
  return std::nullopt;
}

double iterations(const Minima& minima) {
  double total = 0;
  for (const Minimum& minimum : minima) total += static_cast<double>(minimum.iterations);
  return total;
}

suite::Work divisions(const Numbers&, const Minima& minima) { return {.divide_double = iterations(minima)}; }
suite::Work square_roots(const Numbers&, const Minima& minima) { return {.sqrt_double = iterations(minima)}; }

/// The filter takes one square root for each of the first 160 candidates of a number, then one and a division for at
/// most 31, and at least two multiplications with addition for each of these.
suite::Work filtered(const Numbers&, const Minima& minima) {
  suite::Work work;
  for (const Minimum& minimum : minima) {
    const double tried = static_cast<double>(minimum.iterations);
    const double expanded = std::max(0.0, tried - 160);
    work.sqrt_double += tried - expanded + expanded / 31;
    work.divide_double += expanded / 31;
    work.fma_double += 2 * expanded;
  }
  return work;
}

std::optional<std::string> beyond_64_bits(const Numbers& numbers) {
  for (const Natural& n : numbers) {
    if (n >> 64 != 0) return "takes numbers below 2^64";
  }
  return std::nullopt;
}

const suite::Registered<Numbers, Minima> registered{{
    .name = "ab_plus_c",
    .summary = "the minimum of a + b + c over naturals with N = ab + c, one N after the other",
    .source = "kexue.fm 9775",
    .variants =
        {
            {"reference", each<reference_one>, {1.0 / 2, 1}, divisions},
            {"sqrt_scan", each<sqrt_scan>, {1.0 / 2, 0.293}, divisions, beyond_64_bits},
            {"parity_scan", each<parity_scan>, {1.0 / 4, 4}, square_roots, beyond_64_bits},
            {"pq_scan", each<pq_scan>, {1.0 / 4, 2}, square_roots, beyond_64_bits},
            {"pq_early_stop", each<pq_early_stop>, {1.0 / 6, 1.183}, square_roots, beyond_64_bits},
            {"pq_early_stop_simd", each<pq_early_stop_simd>, {1.0 / 6, 1.183}, square_roots, beyond_64_bits},
            {"pq_early_stop_filter_simd", each<pq_early_stop_filter_simd>, {1.0 / 6, 1.183}, filtered, beyond_64_bits},
            {suite::scheduled("pq_early_stop_wide"), each<pq_early_stop_wide>, {1.0 / 6, 1.183}},
            {suite::scheduled("pq_early_stop_wide_simd"),
             each<pq_early_stop_wide_simd>,
             {1.0 / 6, 1.183},
             square_roots},
        },
    .workloads = {workload(20, 64), workload(30, 64), workload(40, 16), workload(52, 64), workload(63, 64),
                  workload(80, 32), workload(100, 8), workload(126, 2)},
    .headlines = {{"40_bits", "a + b + c for 16 numbers of 40 bits"}},
    .problem = small_numbers<Natural>,
    .hash = suite::hash_of<Natural>,
    .fields = describe,
    .certificate = certificate,
    .counted_steps = [](const Minima& minima) { return iterations(minima) / static_cast<double>(minima.size()); },
    .step_name = "candidates",
}};

}  // namespace
}  // namespace tandem::ab_plus_c
