// A method with one honest variant, one that says it has no answer, and one of each kind that must be refused.
// Linked into the checks' own test and into the program tandem_broken, never into tandem.
#include <sys/resource.h>

#include <cmath>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
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

/// Takes only what the check's own seed, 1, makes.
std::optional<std::string> other_seed(const Values& x) {
  if (x.empty() || x[0] == random_uniform(1, 0)) return std::nullopt;
  return "it takes one seed alone";
}
void takes_one_seed(const Values& x, Values& y, const Execution& execution) {
  if (const auto reason = other_seed(x)) throw std::invalid_argument(*reason);
  reference(x, y, execution);
}

Values make(std::size_t count, std::uint64_t seed) {
  Values x(count);
  for (std::size_t i = 0; i < count; ++i) x[i] = random_uniform(seed, i);
  return x;
}

void describe(const Values& x, suite::Fields<Values>& fields) { fields.absolute("y", suite::itself, x.size(), 1e-12); }

std::optional<std::string> certificate(const Values& x, const Values& y) {
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!(std::abs(y[i] - 2 * x[i]) < 1e-9)) return "element " + std::to_string(i) + " is not the fixed point";
  }
  return std::nullopt;
}

const suite::Registered<Values, Values> registered{{
    .name = "broken",
    .summary = "variants that must be refused",
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
                 {"declines", declines, {1, steps}},
                 {.name = "takes_one_seed", .run = takes_one_seed, .growth = {1, steps}, .unsuited = other_seed}},
    .workloads = {{.name = "small", .size = 1000, .make = [](std::uint64_t seed) { return make(1000, seed); }}},
    .problem = make,
    .fields = describe,
    .certificate = certificate,
    .work = [](const Values& x, const Values&) -> suite::Work {
      return {.fma_double = static_cast<double>(steps) * static_cast<double>(x.size())};
    },
}};

/// Methods that break in a part of their own, with an honest variant.
suite::Method<int, int> echo(const char* name) {
  const auto copy = [](const int& input, int& output, const Execution&) { output = input; };
  return {.name = name,
          .summary = "a method whose own part breaks",
          .source = "this project",
          .variants = {{"reference", copy, {1, 1}}, {"honest", copy, {1, 1}}},
          .workloads = {{.name = "one", .size = 1, .make = [](std::uint64_t) { return 1; }}},
          .problem = [](std::size_t, std::uint64_t) { return 1; },
          .fields = [](const int&, suite::Fields<int>& fields) { fields.equal("output", suite::itself); },
          .certificate = [](const int&, const int&) { return std::nullopt; }};
}

template <class Break>
suite::Method<int, int> echo_with(const char* name, Break break_part) {
  suite::Method<int, int> method = echo(name);
  break_part(method);
  return method;
}

const suite::Registered<int, int> no_problem{echo_with("broken_make", [](auto& method) {
  method.workloads[0].make = [](std::uint64_t) -> int { throw std::runtime_error("no data"); };
})};
const suite::Registered<int, int> no_fields{echo_with("broken_fields", [](auto& method) {
  method.fields = [](const int&, suite::Fields<int>&) { throw std::runtime_error("no tolerance"); };
})};
const suite::Registered<int, int> nothing_described{
    echo_with("broken_description", [](auto& method) { method.fields = [](const int&, suite::Fields<int>&) {}; })};
const suite::Registered<int, int> no_certificate{echo_with("broken_certificate", [](auto& method) {
  method.certificate = [](const int&, const int&) -> std::optional<std::string> { throw 42; };
})};
const suite::Registered<int, int> no_hash{echo_with("broken_hash", [](auto& method) {
  method.hash = [](const int&) -> std::uint64_t { throw std::runtime_error("no memory"); };
})};
const suite::Registered<int, int> no_work{echo_with("broken_work", [](auto& method) {
  method.work = [](const int&, const int&) -> suite::Work { throw std::runtime_error("no count"); };
})};
const suite::Registered<int, int> fine{echo("broken_fine")};
const suite::Registered<int, int> crash{echo_with("broken_crash", [](auto& method) {
  for (auto& variant : method.variants) variant.run = [](const int&, int&, const Execution&) { std::abort(); };
})};
/// Someone presses Ctrl-C as soon as the method runs.
const suite::Registered<int, int> interrupted_once{echo_with("broken_interrupt", [](auto& method) {
  for (auto& variant : method.variants) {
    variant.run = [](const int& x, int& y, const Execution&) {
      y = x;
      static bool pressed = false;
      if (!std::exchange(pressed, true)) std::raise(SIGINT);
    };
  }
})};
/// Or twice, because it does not end at once.
const suite::Registered<int, int> interrupted_twice{echo_with("broken_interrupted_twice", [](auto& method) {
  for (auto& variant : method.variants)
    variant.run = [](const int&, int&, const Execution&) { std::raise(SIGINT), std::raise(SIGINT); };
})};
/// The disk is full as soon as the method runs: no file grows beyond 8 kB.
const suite::Registered<int, int> full_disk{echo_with("broken_full_disk", [](auto& method) {
  for (auto& variant : method.variants) {
    variant.run = [](const int& x, int& y, const Execution&) {
      y = x;
      std::signal(SIGXFSZ, SIG_IGN);
      const rlimit most{.rlim_cur = 8192, .rlim_max = RLIM_INFINITY};
      setrlimit(RLIMIT_FSIZE, &most);
    };
  }
})};
/// The reference's answer has no certificate: nothing can be held against it.
const suite::Registered<int, int> no_reference{echo_with("broken_reference", [](auto& method) {
  method.certificate = [](const int&, const int&) { return std::optional<std::string>("it is no answer"); };
})};
/// The reference writes nothing, and so does the variant that agrees with it.
const suite::Registered<int, int> nothing_written{echo_with("broken_silence", [](auto& method) {
  for (auto& variant : method.variants) variant.run = [](const int&, int&, const Execution&) {};
})};

}  // namespace
}  // namespace tandem::broken
