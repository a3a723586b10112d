#include "benchmarks/regression/line_up.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>
#include <stdexcept>

namespace tandem::regression {
namespace {

bool same_file(const std::string& one, const std::string& other) {
  std::ifstream first(one, std::ios::binary);
  std::ifstream second(other, std::ios::binary);
  return first && second &&
         std::equal(std::istreambuf_iterator<char>(first), {}, std::istreambuf_iterator<char>(second), {});
}

std::vector<ListedRow> list(const BuildProgram& program, const ComparisonOptions& options, const std::string& filter) {
  BuildWorker worker(program, worker_environment(options.racing.prepare.seed, 0));
  std::vector<ListedRow> rows = worker.list(filter, options.full, options.hidden, options.threads);
  worker.finish();
  return rows;
}

/// A build in which the filter matches nothing has no rows; that is no failure of its worker.
std::vector<ListedRow> list_or_none(const BuildProgram& program, const ComparisonOptions& options,
                                    const std::string& filter) {
  try {
    return list(program, options, filter);
  } catch (const Refusal&) {
    return {};
  }
}

ComparedRow compared(const ListedRow& row, RowState state) {
  ComparedRow result;
  result.key = row.key;
  result.threaded = row.threaded;
  result.state = state;
  if (state == RowState::raced) result.decision.why = "not raced within the budget";
  return result;
}

}  // namespace

LineUp line_up(const ComparisonOptions& options) {
  const std::vector<ListedRow> head = list_or_none(options.head, options, options.filter);
  const std::vector<ListedRow> base = list_or_none(options.base, options, options.filter);
  if (head.empty() && base.empty()) {
    throw std::invalid_argument(fmt::format("the filter '{}' matches no row of either build", options.filter));
  }
  const bool same_program = same_file(options.base.command.front(), options.head.command.front());
  std::map<RowKey, std::string> code_of_base;
  for (const ListedRow& row : base) code_of_base[row.key] = row.code;
  std::set<RowKey> in_head;
  LineUp result;
  for (const ListedRow& row : head) {
    in_head.insert(row.key);
    const auto other = code_of_base.find(row.key);
    RowState state = RowState::raced;
    if (other == code_of_base.end()) {
      state = RowState::only_head;
    } else if (!options.identical_too && (same_program || (!row.code.empty() && row.code == other->second))) {
      state = RowState::identical;
    }
    result.rows.push_back(compared(row, state));
  }
  for (const ListedRow& row : base) {
    if (!in_head.contains(row.key)) result.rows.push_back(compared(row, RowState::only_base));
  }
  if (std::ranges::none_of(result.rows, [](const auto& row) { return row.state == RowState::raced; })) return result;
  std::set<RowKey> references_of_base;
  for (const ListedRow& row : list_or_none(options.base, options, "/reference/")) references_of_base.insert(row.key);
  for (const ListedRow& row : list_or_none(options.head, options, "/reference/")) {
    if (references_of_base.contains(row.key)) result.references.push_back(row.key);
  }
  return result;
}

}  // namespace tandem::regression
