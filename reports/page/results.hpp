// A results file as the page sees it: families of methods, their workloads, the rows of each.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "benchmarks/suite/statistics.hpp"
#include "reports/page/json.hpp"

namespace tandem::reports {

using suite::Interval;

/// One variant at one number of threads.
struct Row {
  std::string variant;
  std::string name;  ///< with the number of threads where there are several: "automaton_omp ×2"
  int threads = 1;
  bool threaded = false;
  bool peer = false;
  std::string status;   ///< "timed", "left out", "DISAGREES", "IMPOSSIBLE"
  std::string message;  ///< why it is not timed
  double size = 0;
  bool fitted = true;  ///< differs from the method's other workloads in nothing but size
  double items = 1;
  std::optional<double> seconds;  ///< for one item
  std::optional<double> steps;    ///< the same, as the variant has counted them
  std::optional<Interval> over_reference;
  std::optional<Interval> over_sequential;  ///< the best on one thread, or the loop that the method names
  std::string best_sequential;
  std::string verdict;  ///< against the best on one thread, in words
  std::optional<double> roof;
  std::string binds;
  std::optional<double> error;
  std::optional<double> tolerance;
  double operations = 0;
  double bytes = 0;
  std::string hash;  ///< of the input; empty: the method has none
  int race = 0;      ///< rounds are shared with the rows of the same number
  suite::RoundTimes rounds;

  bool timed() const { return status == "timed" && seconds.has_value(); }
  bool refused() const { return !status.empty() && status != "timed" && status != "left out"; }
  bool reference() const { return variant == "reference"; }
};

struct Workload {
  std::string name;
  std::string headline;  ///< in words; empty: it is none
  std::vector<Row> rows;
};

/// An exponent that was fitted to the times of a variant at several sizes.
struct Growth {
  std::string variant;
  int threads = 1;
  Interval time;
  double declared = 0;
};

struct Method {
  std::string name;
  std::string summary;
  std::string source;
  std::string step_name;  ///< what its variants count; empty: the file does not say
  std::vector<Workload> workloads;
  std::vector<Growth> growth;
};

struct Family {
  std::string name;
  std::string title;
  std::string formula;
  std::string text;
  std::string source;
  std::vector<Method> methods;
};

struct Claim {
  std::string id;
  std::string family;
  std::string statement;
  std::string source;
  std::string measured;
  std::string threshold;
  std::string verdict;
  std::optional<double> cases;
  std::optional<double> seconds;
  Json pictures;
};

struct Results {
  std::string bytes;  ///< the file as it is
  Json context;       ///< its context.tandem
  std::string title;  ///< the machine in a few words
  std::vector<Family> families;
  std::vector<Claim> claims;
  std::vector<Claim> targets;  ///< what this project aims at itself

  const Json& machine() const { return member(context, "machine"); }
};

/// What the page can read of a results file of the schema; everything but the schema may be missing. `json` is as
/// read_results returns it and `bytes` are those of the file.
Results results_of(const Json& json, std::string bytes);

/// Null where there is none.
const Family* find_family(const Results& results, const std::string& name);
const Method* find_method(const Results& results, const std::string& name);
const Workload* find_workload(const Results& results, const std::string& method, const std::string& workload);

/// By how much `row` is faster than `other`, from the rounds that they share; where they were not of one race, from
/// what both were compared with; nothing where either is too little.
std::optional<Interval> ratio_of(const Row& row, const Row& other);

/// The fastest of the timed rows that pass the test; null where there is none.
template <class Test>
const Row* fastest(const Workload& workload, Test&& test) {
  const Row* best = nullptr;
  for (const Row& row : workload.rows) {
    if (row.timed() && test(row) && (best == nullptr || *row.seconds < *best->seconds)) best = &row;
  }
  return best;
}

/// Calls visit(family, method, workload, row) for all rows.
template <class Visit>
void for_each_row(const Results& results, Visit&& visit) {
  for (const Family& family : results.families) {
    for (const Method& method : family.methods) {
      for (const Workload& workload : method.workloads) {
        for (const Row& row : workload.rows) visit(family, method, workload, row);
      }
    }
  }
}

}  // namespace tandem::reports
