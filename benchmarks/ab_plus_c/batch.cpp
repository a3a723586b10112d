// ab_plus_c_batch: the minimum of a + b + c with N = ab + c for many independent 64-bit N at once.
#include <string>
#include <vector>

#include "benchmarks/ab_plus_c/support.hpp"
#include "benchmarks/suite/hash.hpp"
#include "benchmarks/suite/registry.hpp"
#include "impl/ab_plus_c/ab_plus_c.hpp"
#include "impl/ab_plus_c/batch/run.hpp"
#include "problems/ab_plus_c/ab_plus_c.hpp"

namespace tandem::ab_plus_c {
namespace {

constexpr std::size_t batch_size = 4096;

void reference_batch(const Batch& batch, BatchAnswer& answer, const Execution&) {
  answer.iterations = 0;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const Minimum minimum = reference(batch[i]);
    answer.sum[i] = static_cast<std::uint64_t>(minimum.sum);
    answer.a[i] = static_cast<std::uint64_t>(minimum.a);
    answer.b[i] = static_cast<std::uint64_t>(minimum.b);
    answer.c[i] = static_cast<std::uint64_t>(minimum.c);
    answer.iterations += minimum.iterations;
  }
}

suite::Workload<Batch> workload(int bits) {
  return {.name = std::to_string(bits) + "_bits",
          .size = std::ldexp(1.0, bits),
          .items = batch_size,
          .make = [bits](std::uint64_t seed) { return random_numbers<std::uint64_t>(bits, batch_size, seed); }};
}

void describe(const Batch& batch, suite::Fields<BatchAnswer>& fields) {
  fields.equal("sum", &BatchAnswer::sum, batch.size());
  fields.equal("a", &BatchAnswer::a, batch.size());
  fields.equal("b", &BatchAnswer::b, batch.size());
  fields.equal("c", &BatchAnswer::c, batch.size());
  fields.ignored("iterations", &BatchAnswer::iterations, "each algorithm tries its own candidates");
}

Minimum element(const BatchAnswer& answer, std::size_t i) {
  return {.sum = answer.sum[i], .a = answer.a[i], .b = answer.b[i], .c = answer.c[i]};
}

std::optional<std::string> certificate(const Batch& batch, const BatchAnswer& answer) {
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (auto wrong = what_is_wrong(batch[i], element(answer, i))) return wrong;
  }
  return std::nullopt;
}

suite::Work work_of(const Batch& batch, double divisions, double square_roots) {
  const double count = static_cast<double>(batch.size());
  return {.sqrt_double = square_roots,
          .divide_double = divisions,
          .bytes_read = 8 * count,
          .bytes_written = 32 * count,
          .footprint = 40 * count};
}

suite::Work divisions(const Batch& batch, const BatchAnswer& answer) {
  return work_of(batch, static_cast<double>(answer.iterations), 0);
}

suite::Work square_roots(const Batch& batch, const BatchAnswer& answer) {
  return work_of(batch, 0, static_cast<double>(answer.iterations));
}

constexpr suite::Growth early_stop_growth{1.0 / 6, 1.183};

const suite::Registered<Batch, BatchAnswer> registered{{
    .name = "ab_plus_c_batch",
    .summary = "the minimum of a + b + c over naturals with N = ab + c, for many N at once",
    .source = "kexue.fm 9775",
    .variants =
        {
            {"reference", reference_batch, {1.0 / 2, 1}, divisions},
            {"pq_early_stop", batch_pq_early_stop, early_stop_growth},
            {suite::scheduled("across_p_simd"), batch_across_p_simd, early_stop_growth},
            {suite::scheduled("across_n_simd"), batch_across_n_simd, early_stop_growth},
        },
    .workloads = {workload(16), workload(24), workload(32), workload(40), workload(52), workload(63)},
    .headlines = {{"24_bits", "a + b + c for 4,096 numbers of 24 bits"}},
    .problem = small_numbers<std::uint64_t>,
    .structural_counts = {across_n_block},
    .hash = suite::hash_of<std::uint64_t>,
    .fields = describe,
    .certificate = certificate,
    .work = square_roots,
    .counted_steps =
        [](const BatchAnswer& answer) {
          return static_cast<double>(answer.iterations) / static_cast<double>(answer.sum.size());
        },
    .step_name = "candidates",
}};

}  // namespace
}  // namespace tandem::ab_plus_c
