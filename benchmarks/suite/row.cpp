#include "benchmarks/suite/row.hpp"

namespace tandem::suite {

std::string Row::name() const {
  std::string name = method + "/" + variant + "/" + workload;
  if (threaded) name += "/threads:" + std::to_string(threads);
  return name;
}

Row row_of(const SelectedWorkload& selected, std::size_t variant, int threads) {
  const VariantCard& card = selected.method->variants[variant];
  Row row;
  row.method = selected.method->name;
  row.variant = card.name;
  row.workload = selected.card().name;
  row.headline = selected.card().headline;
  row.threads = threads;
  row.threaded = card.traits.threaded;
  row.peer = card.traits.peer;
  row.size = selected.card().size;
  row.items = selected.card().items;
  row.fitted = selected.card().fitted;
  return row;
}

std::vector<int> row_threads(const SelectedWorkload& selected, std::size_t variant, const std::vector<int>& threads) {
  return selected.method->variants[variant].traits.threaded ? threads : std::vector<int>{1};
}

void apply_checks(Row& row, const std::vector<Check>& checks, double longest_run_seconds) {
  row.status = RowStatus::timed;
  double seconds = 0;
  Agreement worst;
  for (const Check& check : checks) {
    if (check.variant != row.variant) continue;
    row.against = check.against;
    worst.include({.error = check.error, .tolerance = check.tolerance});
    row.agreement_error = worst.error;
    row.tolerance = worst.tolerance;
    if (check.threads == row.threads) seconds = check.seconds;
    if (!check.agrees) {
      row.status = RowStatus::disagrees;
      row.message = row.threaded ? "at " + std::to_string(check.threads) + " threads: " + check.message : check.message;
      return;
    }
    if (!check.ran && check.threads == row.threads) {
      row.status = RowStatus::left_out;
      row.message = check.message;
    }
  }
  if (row.status == RowStatus::timed && seconds > longest_run_seconds) {
    row.status = RowStatus::left_out;
    row.message = "not run at this size";
  }
}

}  // namespace tandem::suite
