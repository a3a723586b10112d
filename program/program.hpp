// What the verbs of the program `tandem` share.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "program/run_program.hpp"

namespace tandem::program {

/// What a verb gets to add itself to the command line. The verb's callback sets `status`.
struct Context {
  CLI::App& app;
  int& status;
  std::vector<std::string>& google_benchmark_flags;  ///< --benchmark_... as given; only `bench` takes them
};

void add_run(Context context);
void add_list(Context context);
void add_check(Context context);
void add_bench(Context context);
void add_solve(Context context);
void add_train(Context context);
void add_reproduce(Context context);
void add_report(Context context);
void add_machine(Context context);
void add_gate(Context context);
void add_race_worker(Context context);
void add_compare(Context context);
void add_history(Context context);

/// Options that several verbs take, with the same names and the same help.
struct SelectionFlags {
  std::string filter;
  bool full = false;
  bool quick = false;
  bool hidden = false;
  std::uint64_t seed = 1;

  void add_to(CLI::App& verb, const std::string& filter_help);
};

/// `tandem solve METHOD`: one method on the user's own input. Registers itself with a static object from
/// program/solve/<family>.cpp.
struct Solver {
  std::string method;
  std::string summary;
  std::string example;
  /// Adds the method's options to its subcommand; the returned function solves and prints.
  std::function<std::function<void()>(CLI::App& verb)> configure;
};

struct RegisteredSolver {
  explicit RegisteredSolver(Solver solver);
};

}  // namespace tandem::program
