#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <stdexcept>
#include <utility>

#include "benchmarks/suite/registry.hpp"
#include "program/pages.hpp"
#include "reports/page/archive.hpp"
#include "reports/results_file.hpp"

namespace tandem::program {
namespace {

/// The hash of the input that this build makes for a workload, or why it makes none.
std::pair<std::optional<std::string>, std::string> hash_here(const std::string& method, const std::string& workload,
                                                             std::uint64_t seed) {
  try {
    const suite::AnyMethod& known = suite::method_named(method);
    const auto card = std::ranges::find(known.workloads, workload, &suite::WorkloadCard::name);
    if (card == known.workloads.end()) return {std::nullopt, "this build has no such workload"};
    const auto index = static_cast<std::size_t>(card - known.workloads.begin());
    const auto hash = known.make_case(index, seed)->input_hash();
    if (!hash) return {std::nullopt, "this build gives it no hash"};
    return {fmt::format("{:016x}", *hash), ""};
  } catch (const std::exception& missing) {  // a method or the data it reads
    return {std::nullopt, missing.what()};
  }
}

/// The input hashes of a results file, by method and workload.
std::map<std::pair<std::string, std::string>, std::string> hashes_of(const reports::Results& results) {
  std::map<std::pair<std::string, std::string>, std::string> hashes;
  reports::for_each_row(results, [&](const reports::Family&, const reports::Method& method,
                                     const reports::Workload& workload, const reports::Row& row) {
    if (!row.hash.empty()) hashes[{method.name, workload.name}] = row.hash;
  });
  return hashes;
}

bool verify_results(const reports::Results& results) {
  const double seed = reports::number_in(results.context, "seed").value_or(1);
  if (!(seed >= 0 && seed < 9e15) || seed != std::floor(seed)) {
    throw std::invalid_argument("the results inside the page have no whole number as seed");
  }
  std::size_t same = 0;
  const auto hashes = hashes_of(results);
  for (const auto& [key, hash] : hashes) {
    const auto& [method, workload] = key;
    const auto [here, why] = hash_here(method, workload, static_cast<std::uint64_t>(seed));
    if (here == hash) {
      ++same;
    } else if (here) {
      fmt::print("{}/{}: another input, {} here and {} in the page\n", method, workload, *here, hash);
    } else {
      fmt::print("{}/{}: not compared, {}\n", method, workload, why);
    }
  }
  if (hashes.empty()) {
    fmt::print("{}: no input has a hash, so nothing can be said.\n", results.title);
    return false;
  }
  fmt::print("{}: {} of {} inputs are the same here, so this build {}.\n", results.title, same, hashes.size(),
             same == hashes.size() ? "measures the same work" : "does not measure the same work");
  return same == hashes.size();
}

}  // namespace

bool verify_page(const std::string& path) {
  bool same = true;
  for (std::string& text : reports::results_in_page(reports::read_text(path))) {
    const auto json = reports::parse_results(text, "the file inside " + path);
    same = verify_results(reports::results_of(json, std::move(text))) && same;
  }
  return same;
}

}  // namespace tandem::program
