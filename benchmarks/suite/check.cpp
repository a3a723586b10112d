#include "benchmarks/suite/check.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <numeric>
#include <set>
#include <stdexcept>

#include "impl/support/no_answer.hpp"
#include "impl/support/parallel.hpp"

namespace tandem::suite {
namespace {

/// Why an answer that agrees so far is refused, if it is.
std::optional<std::string> refusal(const Case& problem, std::size_t variant, const Agreement& agreement) {
  if (!agreement.agrees()) {
    return agreement.message.empty() ? "error " + std::to_string(agreement.error) + " is above the tolerance"
                                     : agreement.message;
  }
  if (auto wrong = problem.certificate(variant)) return "certificate: " + *wrong;
  return std::nullopt;
}

/// What the exception that is being handled says.
std::string sentence_of_failure() {
  try {
    throw;
  } catch (const std::exception& failure) {
    return failure.what();
  } catch (...) {
    return "something that is no std::exception";
  }
}

double run_seconds(Case& problem, std::size_t variant, int threads) {
  problem.poison();
  const auto start = std::chrono::steady_clock::now();
  problem.run(variant, Execution{.threads = threads});
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Expected steps of the whole workload; a problem of the agreement test is small by definition.
double expected_steps(const AnyMethod& method, std::size_t variant, const WorkloadCard* workload) {
  return workload == nullptr ? 0 : workload->items * method.variants[variant].growth.steps(workload->size);
}

class Checker {
 public:
  Checker(const AnyMethod& method, const WorkloadCard* workload, std::string name, const CheckOptions& options)
      : method_(method), workload_(workload), name_(std::move(name)), options_(options) {}

  /// What the method's own functions throw costs the workload.
  template <class Make>
  CheckedWorkload run(const Make& make, std::span<const std::size_t> variants) {
    if (!any_fits()) return unaffordable(variants);  // to make the problem alone may take seconds
    try {
      return run_on(make(), variants);
    } catch (...) {
      CheckedWorkload refused;
      const std::string message = "the method threw: " + sentence_of_failure();
      for (const std::size_t variant : variants) {
        refused.checks.push_back(blank(variant, 1));
        fail(refused.checks.back(), message);
      }
      return refused;
    }
  }

 private:
  CheckedWorkload run_on(std::unique_ptr<Case> problem, std::span<const std::size_t> variants) {
    CheckedWorkload result;
    result.problem = std::move(problem);
    const std::vector<std::size_t> anchors = choose_anchors(*result.problem);
    if (anchors.empty()) return unaffordable(variants);
    for (const std::size_t anchor : anchors) {
      result.against += (result.against.empty() ? "" : " and ") + method_.variants[anchor].name;
    }

    for (const std::size_t variant : variants) {
      for (const int threads : thread_counts(variant)) {
        if (const auto reason = result.problem->unsuited(variant)) {
          result.checks.push_back(left_out(variant, threads, *reason, true));
        } else if (const auto missing = missing_threads(variant, threads)) {
          result.checks.push_back(left_out(variant, threads, *missing, true));
        } else if (!fits(variant)) {
          result.checks.push_back(left_out(variant, threads, "not run at this size", true));
        } else {
          result.checks.push_back(blank(variant, threads));
          result.checks.back().against = result.against;
        }
      }
    }
    // The seed asked for comes last, so that the case is left with the problem that is timed.
    for (const std::uint64_t seed : {options_.seed + 1, options_.seed}) {
      result.problem->reseed(seed);
      if (const auto wrong = establish(*result.problem, anchors)) {
        for (Check& check : result.checks) {
          if (check.ran) fail(check, "the right answer could not be established: " + result.against + ": " + *wrong);
        }
        result.problem.reset();
        return result;
      }
      for (std::size_t i = 0; i < result.checks.size(); ++i) {
        Check& check = result.checks[i];
        if (!check.ran || !check.agrees) continue;
        examine(*result.problem, check);
        if (!check.ran) leave_out(std::span(result.checks).subspan(i + 1), check);
      }
    }
    result.input_hash = result.problem->input_hash();
    return result;
  }

  /// The reference where it is affordable, else the first variant that is; and for fields that this one does not
  /// answer, the first that does.
  std::vector<std::size_t> choose_anchors(const Case& problem) const {
    std::vector<std::size_t> anchors;
    std::set<std::string> known;
    for (std::size_t variant = 0; variant < method_.variants.size(); ++variant) {
      if (!fits(variant) || problem.unsuited(variant)) continue;
      const std::size_t before = known.size();
      for (std::string& field : problem.fields(variant)) known.insert(std::move(field));
      if (known.size() > before) anchors.push_back(variant);
    }
    return anchors;
  }

  bool fits(std::size_t variant) const { return expected_steps(method_, variant, workload_) <= options_.step_budget; }
  bool any_fits() const {
    for (std::size_t variant = 0; variant < method_.variants.size(); ++variant) {
      if (fits(variant)) return true;
    }
    return false;
  }

  CheckedWorkload unaffordable(std::span<const std::size_t> variants) const {
    CheckedWorkload result;
    result.affordable = false;
    for (const std::size_t variant : variants) {
      for (const int threads : thread_counts(variant)) {
        result.checks.push_back(left_out(variant, threads, "no variant can afford this size", true));
      }
    }
    return result;
  }

  std::vector<int> thread_counts(std::size_t variant) const {
    return method_.variants[variant].traits.threaded ? options_.threads : std::vector<int>{1};
  }

  /// A row says how many threads ran, so it is left out where they would be fewer than it says.
  std::optional<std::string> missing_threads(std::size_t variant, int threads) const {
    if (threads == 1 || !method_.variants[variant].traits.openmp) return std::nullopt;
    const int team = openmp_team(threads);
    if (team >= threads) return std::nullopt;
    return "OpenMP has " + std::to_string(team) + " of " + std::to_string(threads) +
           " threads here (OMP_THREAD_LIMIT, OMP_MAX_ACTIVE_LEVELS)";
  }

  Check blank(std::size_t variant, int threads) const {
    Check check;
    check.method = method_.name;
    check.variant = method_.variants[variant].name;
    check.workload = name_;
    check.threads = threads;
    return check;
  }

  Check left_out(std::size_t variant, int threads, const std::string& reason, bool agrees) const {
    Check check = blank(variant, threads);
    check.ran = false;
    check.agrees = agrees;
    check.message = reason;
    return check;
  }

  static void fail(Check& check, const std::string& message) {
    check.agrees = false;
    check.message = message;
  }

  static std::optional<std::string> establish(Case& problem, const std::vector<std::size_t>& anchors) {
    for (const std::size_t anchor : anchors) {
      try {
        run_seconds(problem, anchor, 1);
      } catch (...) {
        return sentence_of_failure();
      }
      if (auto wrong = problem.expect(anchor)) return wrong;
      if (auto wrong = problem.certificate(anchor)) return wrong;
    }
    return std::nullopt;
  }

  void examine(Case& problem, Check& check) const {
    const std::size_t variant = method_.variant_index(check.variant);
    if (problem.unsuited(variant)) return;  // this seed's alone: the problem that is timed suits it
    try {
      check.seconds = std::max(check.seconds, run_seconds(problem, variant, check.threads));
    } catch (const NoAnswer& reason) {
      check.ran = false;
      check.message = reason.what();
      return;
    } catch (...) {
      fail(check, "it threw: " + sentence_of_failure());
      return;
    }
    const Agreement agreement = problem.compare(variant);
    Agreement worse{.error = check.error, .tolerance = check.tolerance};
    worse.include(agreement);
    check.error = worse.error;
    check.tolerance = worse.tolerance;
    if (const auto wrong = refusal(problem, variant, agreement)) fail(check, *wrong);
  }

  /// What has no answer at few threads has none at more, and to find that out can take every iteration allowed.
  static void leave_out(std::span<Check> rest, const Check& unanswered) {
    for (Check& check : rest) {
      if (check.variant != unanswered.variant || !check.agrees) continue;
      check.ran = false;
      check.message = unanswered.message;
    }
  }

  const AnyMethod& method_;
  const WorkloadCard* workload_;
  std::string name_;
  const CheckOptions& options_;
};

}  // namespace

std::optional<std::string> recheck(const Case& problem, std::size_t variant) {
  return refusal(problem, variant, problem.compare(variant));
}

const Check* CheckedWorkload::find(std::string_view variant, int threads) const {
  const auto found = std::ranges::find_if(
      checks, [&](const Check& check) { return check.variant == variant && check.threads == threads; });
  return found == checks.end() ? nullptr : &*found;
}

CheckedWorkload check_workload(const SelectedWorkload& selected, const CheckOptions& options) {
  Checker checker(*selected.method, &selected.card(), selected.card().name, options);
  return checker.run([&] { return selected.method->make_case(selected.workload, options.seed); }, selected.variants);
}

std::vector<std::size_t> awkward_counts(const AnyMethod& method) {
  // 100 and 257 are multiples of no width.
  std::set<std::size_t> counts = {0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 257, 1000};
  for (const std::size_t count : method.structural_counts) counts.insert({count - 1, count, count + 1});
  return {counts.begin(), counts.end()};
}

std::string name_of_count(std::size_t count) { return "count:" + std::to_string(count); }

CheckedWorkload check_count(const AnyMethod& method, std::size_t count, std::span<const std::size_t> variants,
                            const CheckOptions& options) {
  Checker checker(method, nullptr, name_of_count(count), options);
  return checker.run([&] { return method.make_case_of_count(count, options.seed); }, variants);
}

CheckedWorkload check_count(const AnyMethod& method, std::size_t count, const CheckOptions& options) {
  std::vector<std::size_t> variants(method.variants.size());
  std::iota(variants.begin(), variants.end(), std::size_t{0});
  return check_count(method, count, variants, options);
}

}  // namespace tandem::suite
