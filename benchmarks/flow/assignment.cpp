// flow_assignment: exact optimal transport between two sets of as many points.
#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "benchmarks/suite/hash.hpp"
#include "benchmarks/suite/registry.hpp"
#include "impl/flow/flow.hpp"
#include "problems/flow/points.hpp"

namespace tandem::flow {
namespace {

/// Of the functions with a variant's name, the one of this method.
using Run = void (*)(const Costs&, AssignmentAnswer&, const Execution&);

Costs problem_of(std::size_t count, std::size_t dimension, std::uint64_t seed) {
  return squared_distances(clustered(seed, count, dimension), noise(seed + 9, count, dimension));
}

Costs awkward(std::size_t count, std::uint64_t seed) { return problem_of(std::min<std::size_t>(count, 300), 2, seed); }

double largest(const Costs& costs) {
  double most = 0;
  for (const double cost : costs.values) most = std::max(most, std::abs(cost));
  return std::max(most, 1e-300);
}

/// Prices are sums and differences of at most n rounds of entries; each rounds once, relative to the largest entry.
double tolerance(const Costs& costs) {
  return 4 * static_cast<double>(std::max<std::size_t>(1, costs.size)) * std::numeric_limits<double>::epsilon();
}

/// Another permutation is as good where it costs the same, entry by entry of the matrix.
suite::Agreement as_cheap(const Costs& costs, const AssignmentAnswer& right, const AssignmentAnswer& answer) {
  std::vector<bool> taken(costs.size, false);
  double cost = 0;
  for (std::size_t i = 0; i < costs.size; ++i) {
    const std::size_t column = i < answer.columns.size() ? answer.columns[i] : costs.size;
    if (column >= costs.size || taken[column]) return {HUGE_VAL, 0, "columns are no permutation"};
    taken[column] = true;
    cost += costs.values[i * costs.size + column];
  }
  const double size = static_cast<double>(costs.size) * largest(costs);
  suite::Agreement result{std::abs(cost - right.cost) / size, tolerance(costs), {}};
  if (!result.agrees()) result.message = "columns cost " + std::to_string(cost);
  return result;
}

template <bool with_prices>
void describe(const Costs& costs, suite::Fields<AssignmentAnswer>& fields) {
  const double size = static_cast<double>(std::max<std::size_t>(1, costs.size)) * largest(costs);
  fields.equal_or("columns", &AssignmentAnswer::columns, costs.size,
                  [&costs](const AssignmentAnswer& right, const AssignmentAnswer& answer) {
                    return as_cheap(costs, right, answer);
                  });
  fields.relative("cost", &AssignmentAnswer::cost, {}, tolerance(costs),
                  [size](const AssignmentAnswer&) { return size; });
  if constexpr (with_prices) {
    const auto entry = [most = largest(costs)](const AssignmentAnswer&, std::size_t) { return most; };
    fields.relative("row_price", &AssignmentAnswer::row_price, costs.size, tolerance(costs), entry);
    fields.relative("column_price", &AssignmentAnswer::column_price, costs.size, tolerance(costs), entry);
  } else {
    fields.ignored("row_price", &AssignmentAnswer::row_price, "there are others that prove as much: the certificate");
    fields.ignored("column_price", &AssignmentAnswer::column_price, "as the rows' prices");
  }
}

/// Prices that no entry undercuts prove that no permutation costs less.
std::optional<std::string> certificate(const Costs& costs, const AssignmentAnswer& answer) {
  const double off = violation(costs, answer);
  if (off <= tolerance(costs) * largest(costs)) return std::nullopt;
  return "the prices do not prove the assignment: they are off by " + std::to_string(off);
}

/// Every entry is looked at.
suite::Work work(const Costs& costs, const AssignmentAnswer&) {
  const double bytes = 8 * static_cast<double>(costs.values.size());
  return {.bytes_read = bytes, .footprint = bytes};
}

suite::Workload<Costs> workload(const char* name, std::size_t count, std::size_t dimension, bool fitted, bool quick) {
  return {.name = name,
          .size = static_cast<double>(count),
          .fitted = fitted,
          .quick = quick,
          .make = [=](std::uint64_t seed) { return problem_of(count, dimension, seed); }};
}

const suite::Registered<Costs, AssignmentAnswer> registered({
    .name = "flow_assignment",
    .summary = "the cheapest pairing of two sets of as many points: exact optimal transport",
    .source = "Kuhn, NRLQ 2, 1955; Jonker, Volgenant, Computing 38, 1987",
    .variants =
        {
            {"reference",
             [](const Costs& costs, AssignmentAnswer& answer, const Execution&) { reference(costs, answer); },
             {3, 0.2}},
            {.name = "simd", .run = Run(simd), .growth = {2.5, 0.5}, .fields = describe<false>},
#ifdef TANDEM_PEER_LEMON
            {.name = "peer_lemon", .run = peer_lemon, .growth = {2.5, 2}, .fields = describe<false>},
#endif
        },
    .workloads = {workload("d2_128", 128, 2, true, true), workload("d2_512", 512, 2, true, true),
                  workload("d64_512", 512, 64, false, true), workload("d2_2k", 2048, 2, true, false)},
    .headlines = {{"d2_512", "pairing 512 with 512 points at least cost"}},
    .problem = awkward,
    .hash = [](const Costs& costs) { return suite::hash_of(costs.values); },
    .fields = describe<true>,
    .certificate = certificate,
    .work = work,
});

}  // namespace
}  // namespace tandem::flow
