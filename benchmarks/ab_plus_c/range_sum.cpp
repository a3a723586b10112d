// ab_plus_c_range_sum: sum and maximum of S(N) = min a + b + c over a range, without writing its values.
#include <string>

#include "benchmarks/ab_plus_c/support.hpp"
#include "benchmarks/suite/registry.hpp"
#include "impl/ab_plus_c/ab_plus_c.hpp"
#include "impl/ab_plus_c/range/window.hpp"
#include "impl/support/random.hpp"
#include "problems/ab_plus_c/ab_plus_c.hpp"

namespace tandem::ab_plus_c {
namespace {

suite::Workload<Range> workload(const char* name, std::uint64_t low, std::uint64_t count, bool fitted) {
  return {.name = name,
          .size = static_cast<double>(low + count),
          .items = static_cast<double>(count),
          .fitted = fitted,
          .make = [low, count](std::uint64_t seed) { return random_range(low, count, seed); }};
}

/// A million numbers, so that one N after the other can still be timed.
suite::Workload<Range> million(const char* name, std::uint64_t low) {
  return workload(name, low, std::uint64_t{1} << 20, true);
}

void reference_total(const Range& range, RangeTotal& total, const Execution&) { total = reference_range_total(range); }

void describe(const Range&, suite::Fields<RangeTotal>& fields) {
  fields.equal("sum", &RangeTotal::sum);
  fields.equal("maximum", &RangeTotal::maximum);
}

/// The maximum is no smaller than S at random places, and the sum lies between the proved bounds.
std::optional<std::string> certificate(const Range& range, const RangeTotal& total) {
  const std::uint64_t count = range.high - range.low;
  if (count == 0)
    return total.sum == 0 && total.maximum == 0 ? std::nullopt : std::optional("an empty range has no sum");
  for (std::uint64_t sample = 0; sample < 32; ++sample) {
    const std::uint64_t n = range.low + random_bits(range.low, sample) % count;
    Minimum proved;
    pq_scan(n, proved, {});
    if (proved.sum > total.maximum) return "S(" + std::to_string(n) + ") is above the maximum";
  }
  if (total.sum > Natural{count} * total.maximum) return "the mean is above the maximum";
  const double mean = static_cast<double>(total.sum) / static_cast<double>(count);
  const double least = 2 * std::sqrt(static_cast<double>(range.low)) - 1;
  return mean < least ? std::optional("the mean is below 2 sqrt N") : std::nullopt;
}

constexpr suite::Growth one_by_one{1.0 / 6, 1.183};
/// The sweep takes a step for every number.
constexpr suite::Growth sweep{0, 1};
/// Candidates for each number.
constexpr suite::Growth events{-1.0 / 6, 2.8};

const suite::Registered<Range, RangeTotal> registered{{
    .name = "ab_plus_c_range_sum",
    .summary = "sum and maximum of S(N) = min a + b + c over a range",
    .source = "kexue.fm 9775",
    .variants =
        {
            {"reference", reference_total, {1.0 / 2, 1}},
            {"early_stop", total_early_stop, one_by_one},
            {"early_stop_simd", total_early_stop_simd, one_by_one},
            {suite::scheduled("columns"), total_columns, sweep},
            {suite::scheduled("events"), total_events, events},
        },
    // The first is small enough for the reference, the last long enough for two threads.
    .workloads = {workload("from_0_16384", 0, 16384, false), million("from_1e6", 1'000'000),
                  million("from_1e8", 100'000'000), million("from_1e9", 1'000'000'000),
                  million("from_1e12", 1'000'000'000'000), million("from_1e15", 1'000'000'000'000'000),
                  workload("from_1e15_64M", 1'000'000'000'000'000, std::uint64_t{1} << 26, false)},
    .headlines = {{"from_0_16384", "summing a + b + c of all N below 16,384"}},
    .problem = [](std::size_t count,
                  std::uint64_t seed) { return Range{.low = seed * 1000, .high = seed * 1000 + count}; },
    .structural_counts = {cells_in_window},
    .hash = hash_of_range,
    .fields = describe,
    .certificate = certificate,
}};

}  // namespace
}  // namespace tandem::ab_plus_c
