// A method with one honest variant, one that says it has no answer, and one of each kind that the gate must refuse.
// Linked into the gate's own test and into the program tandem_broken, never into tandem.
#include <cmath>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include "benchmarks/suite/registry.hpp"
#include "impl/support/no_answer.hpp"
#include "impl/support/random.hpp"

namespace tandem::broken {
namespace {

using Values = std::vector<double>;

constexpr int steps = 1000;

/// y <- x + y / 2, a thousand times: enough work that no copy of a kept answer can look honest.
void reference(const Values& x, Values& y, const Execution&) {
  for (std::size_t i = 0; i < x.size(); ++i) {
    double value = 0;
    for (int step = 0; step < steps; ++step) value = x[i] + 0.5 * value;
    y[i] = value;
  }
}

void honest(const Values& x, Values& y, const Execution& execution) { reference(x, y, execution); }

void null_kernel(const Values&, Values&, const Execution&) {}

void wrong_element(const Values& x, Values& y, const Execution& execution) {
  reference(x, y, execution);
  if (y.size() > 7) y[7] += 1e-6;
}

void wrong_at_three_threads_omp(const Values& x, Values& y, const Execution& execution) {
  reference(x, y, execution);
  if (execution.threads == 3 && !y.empty()) y.back() = 0;
}

/// Keeps the first answer for each place in memory, whatever later stands there.
void kept_answer(const Values& x, Values& y, const Execution& execution) {
  static const void* kept_for = nullptr;
  static Values kept;
  if (kept_for != &x) {
    reference(x, y, execution);
    kept_for = &x;
    kept = y;
  }
  y = kept;
}

/// Compares the whole input, so that its answers are right; only the time gives it away.
void recognised_input(const Values& x, Values& y, const Execution& execution) {
  static Values input;
  static Values kept;
  if (x != input) {
    reference(x, y, execution);
    input = x;
    kept = y;
  }
  y = kept;
}

/// Right when it is checked, wrong from the fourth run on.
void tires(const Values& x, Values& y, const Execution& execution) {
  static int runs = 0;
  reference(x, y, execution);
  if (++runs > 3 && !y.empty()) y[0] = -1;
}

void throws(const Values&, Values&, const Execution&) { throw std::runtime_error("out of luck"); }

void declines(const Values&, Values&, const Execution&) { throw NoAnswer("not converged after 3 iterations"); }

Values make(std::size_t count, std::uint64_t seed) {
  Values x(count);
  for (std::size_t i = 0; i < count; ++i) x[i] = random_uniform(seed, i);
  return x;
}

suite::Agreement compare(const Values&, const Values& expected, const Values& actual) {
  suite::Agreement agreement{.tolerance = 1e-12};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const double error = std::abs(expected[i] - actual[i]);
    if (error <= agreement.tolerance) continue;
    if (agreement.message.empty())
      agreement.message = "element " + std::to_string(i) + " is " + std::to_string(actual[i]);
    agreement.error = error;
  }
  return agreement;
}

std::optional<std::string> certificate(const Values& x, const Values& y) {
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!(std::abs(y[i] - 2 * x[i]) < 1e-9)) return "element " + std::to_string(i) + " is not the fixed point";
  }
  return std::nullopt;
}

const suite::Registered<Values, Values> registered{{
    .name = "broken",
    .summary = "variants that the gate must refuse",
    .source = "this project",
    .variants = {{"reference", reference, {1, steps}},
                 {"honest", honest, {1, steps}},
                 {"null_kernel", null_kernel, {1, steps}},
                 {"wrong_element", wrong_element, {1, steps}},
                 {"wrong_at_three_threads_omp", wrong_at_three_threads_omp, {1, steps}},
                 {"kept_answer", kept_answer, {1, steps}},
                 {"recognised_input", recognised_input, {1, steps}},
                 {"tires", tires, {1, steps}},
                 {"throws", throws, {1, steps}},
                 {"declines", declines, {1, steps}}},
    .workloads = {{.name = "small", .size = 1000, .make = [](std::uint64_t seed) { return make(1000, seed); }}},
    .problem = make,
    .poison = [](const Values& x, Values& y) { y.assign(x.size(), std::numeric_limits<double>::quiet_NaN()); },
    .compare = compare,
    .certificate = certificate,
    .work = [](const Values& x, const Values&) -> suite::Work {
      return {.fma_double = static_cast<double>(steps) * static_cast<double>(x.size())};
    },
}};

}  // namespace
}  // namespace tandem::broken
