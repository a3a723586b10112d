// tandem solve ab_plus_c: the minimum of a + b + c with N = ab + c for the user's own N.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "benchmarks/suite/interrupt.hpp"
#include "benchmarks/suite/json_text.hpp"
#include "benchmarks/suite/machine.hpp"
#include "benchmarks/suite/progress.hpp"
#include "benchmarks/suite/registry.hpp"
#include "program/program.hpp"
#include "reference/ab_plus_c/ab_plus_c.hpp"

namespace tandem::program {
namespace {

using ab_plus_c::Minimum;
using ab_plus_c::Natural;
using ab_plus_c::Range;
using ab_plus_c::RangeTotal;
using Numbers = std::vector<Natural>;
using Minima = std::vector<Minimum>;

struct AbPlusCOptions {
  std::vector<std::string> numbers;
  std::vector<std::string> range;
  std::optional<std::string> sum;
  std::string variant;
  bool json = false;
};

std::uint64_t parse_64_bits(const std::string& text) {
  const Natural n = ab_plus_c::parse_natural(text);
  if (n >= std::numeric_limits<std::uint64_t>::max()) {
    throw std::invalid_argument("'" + text + "' is too large here: ranges and sums end below 2^64 - 1");
  }
  return static_cast<std::uint64_t>(n);
}

std::string line(Natural n, const Minimum& minimum, bool json) {
  const auto text = [](Natural value) { return ab_plus_c::to_string(value); };
  if (!json) {
    return fmt::format("{} = {} * {} + {}, sum {} ({} candidates)\n", text(n), text(minimum.a), text(minimum.b),
                       text(minimum.c), text(minimum.sum), minimum.iterations);
  }
  const nlohmann::ordered_json object = {{"n", text(n)},         {"sum", text(minimum.sum)},
                                         {"a", text(minimum.a)}, {"b", text(minimum.b)},
                                         {"c", text(minimum.c)}, {"iterations", minimum.iterations}};
  return suite::json_text(object) + "\n";
}

/// The fastest variant that takes the number.
std::string best_variant(Natural n) {
  return n >> 64 == 0 ? "pq_early_stop_filter_simd" : "pq_early_stop_wide_simd_omp";
}

void solve_numbers(const AbPlusCOptions& options) {
  Numbers numbers;
  std::ranges::transform(options.numbers, std::back_inserter(numbers), ab_plus_c::parse_natural);
  std::string output;
  for (const Natural n : numbers) {
    const auto& variant =
        suite::typed_variant<Numbers, Minima>("ab_plus_c", options.variant.empty() ? best_variant(n) : options.variant);
    const Numbers one = {n};
    if (variant.unsuited) {
      if (const auto reason = variant.unsuited(one)) throw std::invalid_argument(variant.name.text + " " + *reason);
    }
    Minima minima(1);
    variant.run(one, minima, suite::all_cores());
    output += line(n, minima.front(), options.json);
  }
  fmt::print("{}", output);  // all or nothing: a bad number late in the list leaves no half answer
}

/// Nobody reads more lines than memory could hold as numbers; such a range is a slip of the finger.
void require_reasonable(Range range) {
  ab_plus_c::require_ordered(range);
  const double bytes = 8.0 * static_cast<double>(range.high - range.low);
  const double memory = static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGESIZE));
  if (bytes > memory) {
    throw std::invalid_argument(fmt::format(
        "the sums of {} numbers would take {:.0f} GB, more than this machine's memory of {:.0f} GB: ask for a smaller "
        "range, or for --sum",
        range.high - range.low, bytes * 1e-9, memory * 1e-9));
  }
}

void solve_range(const AbPlusCOptions& options) {
  const Range range{.low = parse_64_bits(options.range[0]), .high = parse_64_bits(options.range[1])};
  require_reasonable(range);
  const auto& variant = suite::typed_variant<Numbers, Minima>(
      "ab_plus_c", options.variant.empty() ? "pq_early_stop_simd" : options.variant);
  constexpr std::uint64_t block = 4096;
  for (std::uint64_t low = range.low; low < range.high; low += std::min(block, range.high - low)) {
    Numbers numbers(std::min(block, range.high - low));
    for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = low + i;
    Minima minima(numbers.size());
    variant.run(numbers, minima, suite::all_cores());
    std::string output;
    for (std::size_t i = 0; i < numbers.size(); ++i) output += line(numbers[i], minima[i], options.json);
    // A reader that has seen enough (head) closes the pipe; that is no error.
    if (std::fwrite(output.data(), 1, output.size(), stdout) != output.size()) return;
  }
}

void solve_sum(const AbPlusCOptions& options) {
  const std::uint64_t last = parse_64_bits(*options.sum);
  // Events are rare enough to beat the columns from about here on.
  const std::string fastest = last < 2'000'000'000'000 ? "columns_omp" : "events_omp";
  const auto& variant = suite::typed_variant<Range, RangeTotal>("ab_plus_c_range_sum",
                                                                options.variant.empty() ? fastest : options.variant);
  constexpr std::uint64_t block = std::uint64_t{1} << 28;
  suite::watch_for_interrupt();
  suite::Progress progress(static_cast<double>(last) * 1e-9);
  progress.now("summing S(N)");
  RangeTotal total;
  for (std::uint64_t low = 0; low <= last;) {
    if (suite::interrupted()) throw std::runtime_error("interrupted before the sum was complete");
    const std::uint64_t high = low + std::min(block, last + 1 - low);
    RangeTotal part;
    variant.run(Range{.low = low, .high = high}, part, suite::all_cores());
    total.sum += part.sum;
    total.maximum = std::max(total.maximum, part.maximum);
    progress.done(static_cast<double>(high - low) * 1e-9);
    low = high;
  }
  if (options.json) {
    const nlohmann::ordered_json object = {{"last", std::to_string(last)},
                                           {"sum", ab_plus_c::to_string(total.sum)},
                                           {"maximum", std::to_string(total.maximum)}};
    fmt::print("{}\n", suite::json_text(object));
  } else {
    fmt::print("{}\n", ab_plus_c::to_string(total.sum));
  }
}

void solve_ab_plus_c(const AbPlusCOptions& options) {
  const int ways = !options.numbers.empty() + !options.range.empty() + options.sum.has_value();
  if (ways != 1) throw std::invalid_argument("give either numbers, or --range LOW HIGH, or --sum LAST");
  if (!options.numbers.empty()) solve_numbers(options);
  if (!options.range.empty()) solve_range(options);
  if (options.sum) solve_sum(options);
}

const RegisteredSolver ab_plus_c_solver{{
    .method = "ab_plus_c",
    .summary = "The smallest a + b + c with N = ab + c",
    .example = "tandem solve ab_plus_c 128 18446744073709551557 --json",
    .configure =
        [](CLI::App& verb) {
          auto options = std::make_shared<AbPlusCOptions>();
          verb.add_option("N", options->numbers, "Numbers from 0 to 2^126 - 1");
          verb.add_option("--range", options->range, "Every N from LOW to HIGH - 1, as a stream")
              ->expected(2)
              ->type_name("LOW HIGH");
          verb.add_option("--sum", options->sum, "The sum of the minima for N = 0, 1, ..., LAST")->type_name("LAST");
          verb.add_option("--variant", options->variant, "The implementation (default: the fastest; see tandem list)");
          verb.add_flag("--json", options->json, "Print one JSON object per N");
          return [options] { solve_ab_plus_c(*options); };
        },
}};

}  // namespace
}  // namespace tandem::program
