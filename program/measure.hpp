// Measuring a selection: the machine first, then one race per workload. `run` and `bench` share it.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "benchmarks/suite/progress.hpp"
#include "benchmarks/suite/race.hpp"
#include "benchmarks/suite/selection.hpp"
#include "program/results.hpp"

namespace tandem::program {

/// The options of a quick or a full measurement on this machine: thread counts 1, 2, 4, ... up to its cores.
suite::RaceOptions race_options(bool full, std::uint64_t seed);

/// The seconds that `measure` is expected to take.
double planned_seconds(const std::vector<suite::SelectedWorkload>& selection, const suite::RaceOptions& options);

/// Fills in machine, peaks, noise, rows and growth of the record, and calls `save` after each workload; an interrupt
/// ends after the workload in hand and marks the record partial. Says on standard error which rows were refused.
void measure(const std::vector<suite::SelectedWorkload>& selection, const suite::RaceOptions& options,
             suite::Progress& progress, Record& record, const std::function<void()>& save);

/// The first part of `measure`: machine, peaks and noise. A few seconds.
inline constexpr double machine_seconds = 4;
void measure_machine(const suite::RaceOptions& options, suite::Progress& progress, Record& record);

/// Races some rows of a workload, or all, and puts them in their place among the record's, which are in the order of
/// the tables.
void measure_rows(const suite::SelectedWorkload& selected, const suite::RaceOptions& options, Record& record);

/// The last part: what follows from all rows.
void conclude(Record& record);

/// The roof by the record's peaks as they are when it is asked; none while they are suspect.
suite::Roof roof_of(Record& record);

/// Peaks are measured again where a row seems impossible: this holds all timed rows against the last ones.
void hold_against_last_peaks(Record& record);

/// The time that has passed, in seconds.
double seconds_since(std::chrono::steady_clock::time_point start);

/// Whether any row was refused.
bool any_refused(const Record& record);

}  // namespace tandem::program
