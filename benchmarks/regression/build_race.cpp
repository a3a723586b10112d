#include "benchmarks/regression/build_race.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "benchmarks/suite/page_arena.hpp"
#include "impl/support/random.hpp"

namespace tandem::regression {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double no_time = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t fewest_rounds = 8;

/// Base and head of one pair, with the rows that both have prepared.
class Pair {
 public:
  Pair(const BuildProgram& base, const BuildProgram& head, const BuildRaceOptions& options, std::uint64_t pair)
      : options_(options),
        base_(base, worker_environment(options.prepare.seed, 2 * pair)),
        head_(head, worker_environment(options.prepare.seed, 2 * pair + 1)) {}

  void prepare(const std::vector<BuildRaceRow*>& rows) {
    std::vector<RowKey> keys;
    for (const BuildRaceRow* row : rows) keys.push_back(row->key);
    PrepareOptions prepare = options_.prepare;
    if (base_.can_share() && head_.can_share()) prepare.pages = pages_.descriptor();
    const auto of_base = base_.prepare(keys, prepare);
    const auto of_head = head_.prepare(keys, prepare);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (of_base[i] && of_head[i] && *of_base[i] == *of_head[i] && !of_base[i]->starts_with("DISAGREES")) {
        rows[i]->left_out = *of_base[i];
      } else if (of_base[i] || of_head[i]) {
        rows[i]->trouble = of_head[i] ? "head: " + *of_head[i] : "base: " + *of_base[i];
      }
    }
  }

  /// Seconds per run; no time where the worker's clock and ours cannot both be right.
  double epoch(BuildWorker& worker, std::size_t index, const BuildRaceRow& row, double expected, bool check) {
    const auto start = Clock::now();
    const double seconds = worker.epoch(index, row.runs, check);
    const double passed = std::chrono::duration<double>(Clock::now() - start).count();
    const double per_run = seconds / static_cast<double>(row.runs);
    const bool plausible = seconds > 0 && seconds <= 1.05 * passed + 1e-4 && per_run >= expected / 4;
    return plausible ? per_run : no_time;
  }

  /// As many runs as fill an epoch of the slower build: two consecutive readings must agree, since one may have been
  /// interrupted.
  void calibrate(std::size_t index, BuildRaceRow& row) {
    row.runs = 1;
    double previous = no_time;
    double seconds = no_time;
    for (int attempt = 0; attempt < 8; ++attempt) {
      row.base_seconds = epoch(base_, index, row, 0, attempt == 0);
      row.head_seconds = epoch(head_, index, row, 0, attempt == 0);
      const bool both = row.base_seconds > 0 && row.head_seconds > 0;
      seconds = both ? std::max(row.base_seconds, row.head_seconds) : no_time;
      if (!both) continue;
      const auto runs = static_cast<std::uint64_t>(std::clamp(options_.epoch_seconds / seconds, 1.0, 1e7));
      if (std::abs(seconds - previous) < 0.15 * seconds && row.runs * 2 > runs) break;
      previous = seconds;
      row.runs = runs;
    }
    if (!(seconds > 0)) {
      row.trouble = "the clock gave no usable time";
      return;
    }
    const double round_seconds = 4 * static_cast<double>(row.runs) * seconds;
    const double affordable = std::clamp(options_.row_budget_seconds / round_seconds, 1.0, 1e6);
    row.rounds =
        std::clamp(static_cast<std::size_t>(affordable), std::min(fewest_rounds, options_.rounds), options_.rounds);
  }

  /// ABBA or BAAB, the smaller of each build's two epochs.
  void round(std::size_t index, BuildRaceRow& row, bool base_first, bool check) {
    double base = std::numeric_limits<double>::infinity();
    double head = base;
    for (const bool base_now : {base_first, !base_first, !base_first, base_first}) {
      double& smaller = base_now ? base : head;
      const double seconds =
          epoch(base_now ? base_ : head_, index, row, base_now ? row.base_seconds : row.head_seconds, check);
      if (!(smaller <= seconds)) smaller = seconds;  // an epoch without a time leaves none to its round
      if (std::isnan(seconds)) smaller = -1;
    }
    row.pairs.back().base.push_back(base);
    row.pairs.back().head.push_back(head);
  }

  void finish() {
    base_.finish();
    head_.finish();
  }

 private:
  const BuildRaceOptions& options_;
  suite::SharedPages pages_;  // before the workers, who inherit them
  BuildWorker base_;
  BuildWorker head_;
};

void race_rounds(Pair& pair, const std::vector<BuildRaceRow*>& rows, std::uint64_t seed) {
  std::size_t longest = 0;
  for (const BuildRaceRow* row : rows) longest = std::max(longest, row->rounds);
  const auto orders = suite::latin_square_orders(2, longest, seed);
  for (std::size_t round = 0; round < longest; ++round) {
    for (std::size_t index = 0; index < rows.size(); ++index) {
      BuildRaceRow& row = *rows[index];
      if (!row.racing() || round >= row.rounds) continue;
      try {
        pair.round(index, row, orders[round][0] == 0, round + 1 == row.rounds);
      } catch (const Refusal& refusal) {
        row.trouble = refusal.what();
      }
    }
  }
}

}  // namespace

std::map<std::string, std::string> worker_environment(std::uint64_t seed, std::uint64_t process) {
  std::map<std::string, std::string> environment = {
      {"TANDEM_RACE_PADDING", std::string(1 + random_bits(seed, process) % 4096, '.')}};
  if (std::getenv("OMP_WAIT_POLICY") == nullptr) environment["OMP_WAIT_POLICY"] = "passive";
  return environment;
}

void race_pair(const BuildProgram& base, const BuildProgram& head, std::vector<BuildRaceRow*> rows,
               const BuildRaceOptions& options, std::uint64_t pair_number) {
  std::erase_if(rows, [](const BuildRaceRow* row) { return !row->racing(); });
  if (rows.empty()) return;
  for (BuildRaceRow* row : rows) row->pairs.emplace_back();
  try {
    Pair pair(base, head, options, pair_number);
    pair.prepare(rows);
    for (std::size_t index = 0; index < rows.size(); ++index) {
      if (!rows[index]->racing() || rows[index]->runs != 0) continue;
      try {
        pair.calibrate(index, *rows[index]);
      } catch (const Refusal& refusal) {
        rows[index]->trouble = refusal.what();
      }
    }
    race_rounds(pair, rows, random_bits(options.prepare.seed, pair_number, 1));
    pair.finish();
  } catch (const ChildFailure& failure) {
    for (BuildRaceRow* row : rows) {
      if (row->racing()) row->trouble = failure.what();
    }
  }
}

double planned_seconds(std::size_t rows, std::size_t pairs, const BuildRaceOptions& options) {
  const double rounds = static_cast<double>(rows * options.rounds);
  return static_cast<double>(pairs) * (rounds * 4.5 * options.epoch_seconds + 0.2);
}

}  // namespace tandem::regression
