#include <algorithm>
#include <stdexcept>

#include "program/program.hpp"

namespace tandem::program {
namespace {

std::vector<Solver>& solvers() {
  static std::vector<Solver> all;
  return all;
}

}  // namespace

RegisteredSolver::RegisteredSolver(Solver solver) {
  auto& all = solvers();
  all.insert(std::ranges::lower_bound(all, solver.method, {}, &Solver::method), std::move(solver));
}

void add_solve(Context context) {
  CLI::App* verb = context.app.add_subcommand(
      "solve", "One method on your own input\nExample: " + (solvers().empty() ? "" : solvers().front().example));
  verb->require_subcommand(1);
  for (const Solver& solver : solvers()) {
    CLI::App* method = verb->add_subcommand(solver.method, solver.summary + "\nExample: " + solver.example);
    method->callback(solver.configure(*method));
  }
}

}  // namespace tandem::program
