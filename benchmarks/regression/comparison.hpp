// Two builds compared on every row they share: what the gate decides.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "benchmarks/regression/build_race.hpp"
#include "benchmarks/regression/counts.hpp"
#include "benchmarks/regression/decision.hpp"
#include "benchmarks/suite/progress.hpp"

namespace tandem::regression {

struct Comparison;

struct ComparisonOptions {
  BuildProgram base;
  BuildProgram head;
  std::string filter;
  bool full = false;
  bool hidden = false;
  std::vector<int> threads = {1};
  std::optional<double> margin;  ///< what counts as the same; nothing: what each row's own pairs can tell
  double budget_seconds = 20 * 60;
  bool race = true;
  bool count = true;
  bool identical_too = false;  ///< also compare rows whose machine code is the same
  double error = 0.01;         ///< the chance that any row at all is wrongly called faster or slower
  BuildRaceOptions racing;
  CountOptions counting;
  /// Called with all rows as they stand, after every workload's turn.
  std::function<void(const Comparison&)> save{};
};

enum class RowState {
  raced,
  identical,  ///< the machine code is the same in both builds
  only_base,
  only_head,
  left_out,    ///< neither build runs it
  no_verdict,  ///< it could not be raced; see `message`
};

struct ComparedRow {
  RowKey key;
  bool threaded = false;
  RowState state = RowState::raced;
  std::string message;
  Decision decision;              ///< undecided, for want of pairs, until the row was raced
  std::optional<Decision> first;  ///< the first race's, of a row that was suspected
  double base_seconds = 0;        ///< medians, per run
  double head_seconds = 0;
  std::string reference;  ///< the row of the same workload that raced along as reference; empty if there was none
  std::optional<suite::Interval> to_reference;  ///< how many times as fast as that one the head's row was
  std::vector<Count> counts;

  std::string name() const { return name_of(key, threaded); }
  bool slower() const { return state == RowState::raced && decision.word == suite::Word::slower; }
};

struct Comparison {
  double margin = 0;
  std::vector<ComparedRow> rows;  ///< in the order of the head's list, then what only the base has
  bool partial = false;           ///< interrupted, or the budget ended before the last row was raced once

  bool any_slower() const;
  bool any_more_instructions(double share) const;
};

/// Lists, counts, races, and races again whatever is suspected. Progress goes to standard error. Throws ChildFailure if
/// one of the builds takes part in no race at all, std::invalid_argument if no row is selected.
Comparison compare_builds(const ComparisonOptions& options);

}  // namespace tandem::regression
