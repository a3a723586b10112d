// ab_plus_c_range and ab_plus_c_range_32: S(N) = min a + b + c for every N of a range, written as 64- and 32-bit
// numbers.
#include <algorithm>
#include <string>
#include <vector>

#include "benchmarks/ab_plus_c/support.hpp"
#include "benchmarks/suite/registry.hpp"
#include "impl/ab_plus_c/ab_plus_c.hpp"
#include "impl/support/random.hpp"
#include "problems/ab_plus_c/ab_plus_c.hpp"

namespace tandem::ab_plus_c {
namespace {

/// 64 MB of output: memory, not cache, on most machines.
template <class T>
constexpr std::uint64_t range_size = (std::uint64_t{64} << 20) / sizeof(T);

template <class T>
suite::Workload<Range> workload(const char* name, std::uint64_t low) {
  return {.name = name,
          .size = static_cast<double>(low),
          .items = static_cast<double>(range_size<T>),
          .make = [low](std::uint64_t seed) { return random_range(low, range_size<T>, seed); }};
}

/// Small enough for the reference; outside the growth fit, whose sizes share one length.
suite::Workload<Range> small_workload() {
  return {.name = "from_0_16384", .size = 16384, .items = 16384, .fitted = false, .make = [](std::uint64_t seed) {
            return random_range(0, 16384, seed);
          }};
}

template <class T>
void reference_values(const Range& range, std::vector<T>& sums, const Execution&) {
  require_ordered(range);
  for (std::uint64_t n = range.low; n < range.high; ++n) sums[n - range.low] = static_cast<T>(reference(n).sum);
}

template <class T>
void describe(const Range& range, suite::Fields<std::vector<T>>& fields) {
  fields.equal("the sums", suite::itself, range.high - range.low);
}

/// S(N) <= S(N - 1) + 1 everywhere, and the proved O(N^{1/4}) scan at both ends and at random places.
template <class T>
std::optional<std::string> certificate(const Range& range, const std::vector<T>& sums) {
  const std::size_t count = sums.size();
  const auto leap = std::ranges::adjacent_find(sums, [](T before, T after) { return after > before + T{1}; });
  if (leap != sums.end()) {
    return "S(" + std::to_string(range.low + (leap - sums.begin()) + 1) + ") is above S(N - 1) + 1";
  }
  constexpr std::size_t samples = 32;
  for (std::size_t sample = 0; sample < samples && count > 0; ++sample) {
    const std::size_t i = sample == 0 ? 0 : sample == 1 ? count - 1 : random_bits(range.low, sample) % count;
    Minimum proved;
    pq_scan(range.low + i, proved, {});
    if (proved.sum != sums[i]) return "S(" + std::to_string(range.low + i) + ") is not " + to_string(proved.sum);
  }
  return std::nullopt;
}

template <class T>
suite::Work written(const Range&, const std::vector<T>& sums) {
  const double bytes = static_cast<double>(sums.size() * sizeof(T));
  return {.bytes_written = bytes, .footprint = bytes};
}

/// A sweep takes the same time at any N; one N after the other takes the time of the early stop.
constexpr suite::Growth sweep{0, 1};

template <class T>
suite::Method<Range, std::vector<T>> method(const char* name, const char* summary, const std::string& width) {
  return {
      .name = name,
      .summary = summary,
      .source = "kexue.fm 9775",
      .variants =
          {
              {"reference", reference_values<T>, {1.0 / 2, 1}},
              {"early_stop_simd", range_early_stop_simd<T>, {1.0 / 6, 1.183}},
              {"prefix_minimum", range_prefix_minimum<T>, sweep},
              {suite::scheduled("prefix_minimum_simd"), range_prefix_minimum_simd<T>, sweep},
          },
      .workloads = {small_workload(), workload<T>("from_1e6", 1'000'000), workload<T>("from_1e8", 100'000'000),
                    workload<T>("from_1e9", 1'000'000'000), workload<T>("from_1e12", 1'000'000'000'000),
                    workload<T>("from_1e15", 1'000'000'000'000'000)},
      .headlines = {{"from_0_16384", "a + b + c of all N below 16,384" + width}},
      .problem = [](std::size_t count, std::uint64_t seed) { return random_range(seed % 2 * 100'000, count, seed); },
      .hash = hash_of_range,
      .fields = describe<T>,
      .certificate = certificate<T>,
      .work = written<T>,
  };
}

const suite::Registered<Range, std::vector<std::uint64_t>> registered_64{
    method<std::uint64_t>("ab_plus_c_range", "S(N) = min a + b + c for every N of a range, as 64-bit numbers", "")};
const suite::Registered<Range, std::vector<std::uint32_t>> registered_32{method<std::uint32_t>(
    "ab_plus_c_range_32", "S(N) = min a + b + c for every N of a range, as 32-bit numbers", ", in 32 bits")};

}  // namespace
}  // namespace tandem::ab_plus_c
