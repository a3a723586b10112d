#include "benchmarks/regression/worker.hpp"

#include <benchmark/benchmark.h>
#if __has_include(<valgrind/callgrind.h>)
#include <valgrind/callgrind.h>
#define TANDEM_CAN_COUNT true
#else
#define TANDEM_CAN_COUNT false
#endif

#include <algorithm>
#include <chrono>
#include <istream>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>
#include <stdexcept>

#include "benchmarks/regression/machine_code.hpp"
#include "benchmarks/regression/protocol.hpp"
#include "benchmarks/suite/check.hpp"
#include "benchmarks/suite/json_text.hpp"
#include "benchmarks/suite/machine.hpp"
#include "benchmarks/suite/page_arena.hpp"
#include "benchmarks/suite/row.hpp"
#include "benchmarks/suite/selection.hpp"
#include "impl/support/no_answer.hpp"

namespace tandem::regression {
namespace {

using suite::Row;
using suite::SelectedWorkload;

/// Of a peer also the versions of the libraries that this was built with.
std::string code_behind(const suite::AnyMethod& method, std::size_t variant) {
  std::string code = machine_code_behind(method.name, method.variants[variant].name);
  if (!method.variants[variant].traits.peer || code.empty()) return code;
  static const suite::MachineCard machine = suite::read_machine_card();
  for (const auto& [library, version] : machine.build.libraries) code += " " + library + " " + version;
  return code;
}

nlohmann::json list(const nlohmann::json& request) {
  nlohmann::json rows = nlohmann::json::array();
  const std::vector<int> threads = request.at("threads");
  for (const SelectedWorkload& selected :
       suite::select({.filter = request.at("filter"), .full = request.at("full"), .hidden = request.at("hidden")})) {
    for (const std::size_t variant : selected.variants) {
      for (const int count : suite::row_threads(selected, variant, threads)) {
        rows.push_back({{"method", selected.method->name},
                        {"variant", selected.method->variants[variant].name},
                        {"workload", selected.card().name},
                        {"threads", count},
                        {"threaded", selected.method->variants[variant].traits.threaded},
                        {"code", code_behind(*selected.method, variant)}});
      }
    }
  }
  return {{"rows", std::move(rows)}};
}

/// Starts and ends on its own line in a profile, and is compiled once, so that nothing of it differs between rows.
[[gnu::noinline]] void run_times(suite::Case& problem, std::size_t variant, const Execution& execution,
                                 std::uint64_t runs) {
  for (std::uint64_t run = 0; run < runs; ++run) {
    problem.run(variant, execution);
    benchmark::ClobberMemory();
  }
}

double seconds_of_runs(suite::Case& problem, std::size_t variant, const Execution& execution, std::uint64_t runs) {
  const auto start = std::chrono::steady_clock::now();
  const auto passed = [start] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  run_times(problem, variant, execution, runs);
#ifdef TANDEM_INJECTED_PER_CENT  // ci/gate_power makes every row slower on purpose: not in any other build
  for (const double slower = passed() * (1 + TANDEM_INJECTED_PER_CENT / 100.0); passed() < slower;) {
  }
#endif
  return passed();
}

/// The workload that was prepared last, and its rows.
class Worker {
 public:
  nlohmann::json answer(const nlohmann::json& request) {
    const std::string& what = request.at("do").get_ref<const std::string&>();
    if (request.contains("pages")) suite::share_pages(request.at("pages"));
    const suite::Turn turn;
    if (what == "list") return list(request);
    if (what == "prepare") return prepare(request);
    if (what == "epoch") return epoch(row_at(request), request.at("runs"), request.at("check"));
    if (what == "count") return count(row_at(request));
    throw std::invalid_argument("a race worker does not know how to " + what);
  }

 private:
  nlohmann::json prepare(const nlohmann::json& request) {
    rows_.clear();
    problem_.reset();
    const suite::AnyMethod& method = suite::method_named(request.at("method").get<std::string>());
    const auto workload =
        std::ranges::find(method.workloads, request.at("workload").get<std::string>(), &suite::WorkloadCard::name);
    if (workload == method.workloads.end()) throw std::invalid_argument(method.name + " has no such workload");
    selected_ = {&method, static_cast<std::size_t>(workload - method.workloads.begin()), {}};
    suite::CheckOptions options{.seed = request.at("seed"), .threads = {}, .step_budget = request.at("steps")};
    for (const nlohmann::json& row : request.at("rows")) {
      const std::size_t variant = method.variant_index(row.at("variant").get<std::string>());
      rows_.push_back(suite::row_of(selected_, variant, row.at("threads")));
      if (std::ranges::count(selected_.variants, variant) == 0) selected_.variants.push_back(variant);
      if (std::ranges::count(options.threads, rows_.back().threads) == 0) {
        options.threads.push_back(rows_.back().threads);
      }
    }
    longest_run_seconds_ = request.at("longest");
    if (request.at("check")) {
      check(options);
    } else {
      make_problem(options);
    }
    nlohmann::json outcomes = nlohmann::json::array();
    for (const Row& row : rows_) {
      const bool ready = row.status == suite::RowStatus::timed;
      outcomes.push_back({{"ready", ready}, {"why", (row.refused() ? "DISAGREES: " : "") + row.message}});
    }
    return {{"rows", std::move(outcomes)}};
  }

  void check(const suite::CheckOptions& options) {
    suite::CheckedWorkload checked = suite::check_workload(selected_, options);
    for (Row& row : rows_) suite::apply_checks(row, checked.checks, longest_run_seconds_);
    problem_ = std::move(checked.problem);
  }

  void make_problem(const suite::CheckOptions& options) {
    problem_ = selected_.method->make_case(selected_.workload, options.seed);
    for (Row& row : rows_) {
      const std::size_t variant = selected_.method->variant_index(row.variant);
      const double steps = row.items * selected_.method->variants[variant].growth.steps(row.size);
      row.message =
          steps > options.step_budget ? "too long to count at this size" : problem_->unsuited(variant).value_or("");
      row.status = row.message.empty() ? suite::RowStatus::timed : suite::RowStatus::left_out;
    }
  }

  const Row& row_at(const nlohmann::json& request) const {
    const Row& row = rows_.at(request.at("row").get<std::size_t>());
    if (row.status != suite::RowStatus::timed) throw std::invalid_argument(row.name() + " is not ready");
    return row;
  }

  nlohmann::json epoch(const Row& row, std::uint64_t runs, bool check_output) {
    const std::size_t variant = selected_.method->variant_index(row.variant);
    const Execution execution{.threads = row.threads};
    run_times(*problem_, variant, execution, runs / 8);
    if (check_output) problem_->poison();
    const double seconds = seconds_of_runs(*problem_, variant, execution, runs);
    if (check_output) {
      if (const auto wrong = suite::recheck(*problem_, variant))
        throw std::runtime_error("after the timed run: " + *wrong);
    }
    return {{"seconds", seconds}};
  }

  /// The third run is counted: the first makes threads and tables that later ones find, the second tells how long it
  /// takes.
  nlohmann::json count(const Row& row) {
    const std::size_t variant = selected_.method->variant_index(row.variant);
    const Execution execution{.threads = row.threads};
    problem_->poison();
    run_times(*problem_, variant, execution, 1);
    problem_->poison();
    const double seconds = seconds_of_runs(*problem_, variant, execution, 1);
    if (seconds > longest_run_seconds_) throw NoAnswer("too long to count at this size");
    problem_->poison();
#if TANDEM_CAN_COUNT
    CALLGRIND_ZERO_STATS;
    CALLGRIND_START_INSTRUMENTATION;
    run_times(*problem_, variant, execution, 1);
    CALLGRIND_STOP_INSTRUMENTATION;
    CALLGRIND_DUMP_STATS;
#endif
    if (const auto wrong = problem_->expect(variant)) throw std::runtime_error(*wrong);
    if (const auto wrong = problem_->certificate(variant)) throw std::runtime_error("certificate: " + *wrong);
    return {{"counted", TANDEM_CAN_COUNT}};
  }

  SelectedWorkload selected_{};
  std::unique_ptr<suite::Case> problem_;
  std::vector<Row> rows_;
  double longest_run_seconds_ = 0;
};

}  // namespace

void serve(std::istream& requests, std::ostream& answers) {
  const auto say = [&answers](const nlohmann::json& line) { answers << suite::json_text(line) << std::endl; };
  say({{"tandem_race_worker", protocol_version}, {"counts", TANDEM_CAN_COUNT}, {"shares", suite::has_page_arena()}});
  Worker worker;
  for (std::string line; std::getline(requests, line);) {
    try {
      const nlohmann::json request = nlohmann::json::parse(line);
      if (request.at("do") == "finish") {
        suite::keep_own_pages();
        say({{"finished", true}});
        return;
      }
      say(worker.answer(request));
    } catch (const std::exception& failure) {
      say({{"error", failure.what()}});
    }
  }
}

}  // namespace tandem::regression
