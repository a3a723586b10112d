#include "benchmarks/regression/comparison.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <mutex>
#include <span>
#include <string_view>
#include <utility>

#include "benchmarks/regression/heats.hpp"
#include "benchmarks/regression/line_up.hpp"
#include "benchmarks/suite/interrupt.hpp"

namespace tandem::regression {
namespace {

using suite::Word;
using Clock = std::chrono::steady_clock;

/// Of the budget: until when rows are counted, and until when they are raced for the first time.
constexpr double counting_share = 0.3;
constexpr double first_race_share = 0.75;
/// Of the first race's words, which are only suspicions: it may err often, and be short.
constexpr double screening_error = 0.05;

/// What the first race calls faster or slower is undecided until a second one says it, too.
bool suspect(ComparedRow& row) {
  const Word word = row.decision.word;
  if (word != Word::faster && word != Word::slower) return false;
  row.first = row.decision;
  row.decision = {};
  row.decision.why = fmt::format("{} in the first race, not raced a second time", suite::describe(word, 0));
  return true;
}

/// One of the two races: how its pairs are looked at, and what a look takes for a change.
struct Stage {
  std::string_view what;
  std::span<const std::size_t> looks;
  std::size_t fewest_pairs_for_a_change;
  double confidence;  ///< of one look
  double share;       ///< of the budget that may be used up when it ends
  std::uint64_t first_pair;
};

/// The word of a row that was raced again, or, until it is, that its first word is only a suspicion.
void settle(ComparedRow& row) {
  if (!row.first) {
    suspect(row);
  } else if (row.state == RowState::raced && row.decision.rounds > 0) {
    row.decision = confirmed(*row.first, row.decision);
  }
}

double median_of(const std::vector<PairTimes>& pairs, std::vector<double> PairTimes::*side) {
  std::vector<double> all;
  for (const PairTimes& pair : pairs) {
    std::ranges::copy_if(pair.*side, std::back_inserter(all), [](double seconds) { return seconds > 0; });
  }
  return all.empty() ? 0 : suite::median(all);
}

std::optional<suite::Interval> to_reference(const BuildRaceRow& reference, const BuildRaceRow& row) {
  std::vector<double> numerators;
  std::vector<double> denominators;
  for (std::size_t pair = 0; pair < std::min(row.pairs.size(), reference.pairs.size()); ++pair) {
    const auto& of_reference = reference.pairs[pair].head;
    const auto& of_row = row.pairs[pair].head;
    const auto rounds = static_cast<std::ptrdiff_t>(std::min(of_reference.size(), of_row.size()));
    numerators.insert(numerators.end(), of_reference.begin(), of_reference.begin() + rounds);
    denominators.insert(denominators.end(), of_row.begin(), of_row.begin() + rounds);
  }
  const suite::Interval ratio = suite::ratio_interval(numerators, denominators);
  return std::isfinite(ratio.high) && ratio.low > 0 ? std::optional(ratio) : std::nullopt;
}

class Comparer {
 public:
  explicit Comparer(const ComparisonOptions& options) : options_(options) {}

  Comparison run() {
    LineUp lined_up = line_up(options_);
    result_.rows = std::move(lined_up.rows);
    references_ = std::move(lined_up.references);
    if (options_.count) count();
    if (options_.race) race();
    result_.partial = result_.partial || suite::interrupted();
    return std::move(result_);
  }

 private:
  double elapsed() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }
  bool past(double share) const { return suite::interrupted() || elapsed() > share * options_.budget_seconds; }

  /// One thread, and two for a threaded variant.
  void count() {
    std::map<RowKey, ComparedRow*> places;
    std::vector<RowKey> keys;
    for (ComparedRow& row : result_.rows) {
      if (row.state != RowState::raced) continue;
      for (int threads = 1; threads <= (row.threaded ? 2 : 1); ++threads) {
        RowKey key = row.key;
        key.threads = threads;
        if (places.emplace(key, &row).second) keys.push_back(key);
      }
    }
    if (keys.empty()) return;
    CountOptions counting = options_.counting;
    std::mutex mutex;
    suite::Progress progress(0.3 * 2 * static_cast<double>(keys.size()));
    counting.out_of_time = [this] { return past(options_.race ? counting_share : 1); };
    counting.counted = [&](const RowKey& row) {
      const std::scoped_lock lock(mutex);
      progress.now("counting the instructions of " + row.method + " on " + row.workload);
      progress.done(0.15);
    };
    try {
      for (auto& [key, count] : count_rows(options_.base, options_.head, keys, counting)) {
        places.at(key)->counts.push_back(std::move(count));
      }
    } catch (const Interrupted&) {  // suite::interrupted() ends what follows
    }
  }

  void race() {
    std::vector<ComparedRow*> rows;
    for (ComparedRow& row : result_.rows) {
      if (row.state == RowState::raced) rows.push_back(&row);
    }
    if (rows.empty()) return;
    const double once = planned_seconds(rows.size(), first_looks[0], options_.racing);
    suite::Progress progress(std::min(options_.budget_seconds, 2 * once + 20));
    result_.margin = options_.margin.value_or(default_margin);
    run_stage(heats_of(rows, references_),
              {.what = "racing",
               .looks = first_looks,
               .fewest_pairs_for_a_change = first_looks.back(),
               .confidence = look_confidence(screening_error, first_looks.size(), 1),
               .share = first_race_share,
               .first_pair = 0},
              progress);
    confirm(rows, progress);
    for (const ComparedRow* row : rows) {
      result_.partial = result_.partial || (row->state == RowState::raced && row->decision.rounds == 0);
    }
  }

  void run_pair(Heat& heat, std::uint64_t pair) const {
    std::vector<BuildRaceRow*> rows;
    for (BuildRaceRow& row : heat.racing) rows.push_back(&row);
    try {
      race_pair(options_.base, options_.head, rows, options_.racing, pair);
    } catch (const Interrupted&) {  // suite::interrupted() ends everything else; half a pair tells nothing
      for (BuildRaceRow* row : rows) {
        if (row->racing()) row->pairs.pop_back();
      }
    }
  }

  /// In its second race a row learns from the first how much pairs of its processes differ.
  Decision decision_of(const ComparedRow& compared, const BuildRaceRow& row, const Stage& stage) const {
    Rule rule{.margin = result_.margin,
              .margin_rules = options_.margin.has_value(),
              .confidence = stage.confidence,
              .fewest_pairs = stage.looks.front(),
              .fewest_pairs_for_a_change = stage.fewest_pairs_for_a_change};
    if (compared.first) rule.other_pairs = compared.first->pair_ratios;
    return decide(row.pairs, rule);
  }

  /// Whether any row of the heat still wants a verdict.
  bool open(const Heat& heat, const Stage& stage) const {
    for (std::size_t i = 0; i < heat.racing.size(); ++i) {
      if (heat.compared[i] == nullptr || !heat.racing[i].racing()) continue;
      if (heat.racing[i].pairs.empty() ||
          decision_of(*heat.compared[i], heat.racing[i], stage).word == Word::undecided) {
        return true;
      }
    }
    return false;
  }

  /// All heats to the first look, then what is open to the next. A look is made whole or dropped.
  void run_stage(std::vector<Heat> heats, const Stage& stage, suite::Progress& progress) {
    std::size_t done = 0;
    for (const std::size_t look : stage.looks) {
      for (Heat& heat : heats) {
        if (past(stage.share)) return;
        if (!open(heat, stage)) continue;
        progress.now(fmt::format("{} {} on {}, pairs {} to {}", stage.what, heat.racing.front().key.method,
                                 heat.racing.front().key.workload, done + 1, look));
        if (done > 0) drop_decided(heat);
        for (std::size_t pair = done; pair < look && !suite::interrupted(); ++pair) {
          run_pair(heat, stage.first_pair + pair);
        }
        progress.done(planned_seconds(heat.racing.size(), look - done, options_.racing));
        keep(heat, stage);
        save();
      }
      done = look;
    }
  }

  /// Hands on what is known so far.
  void save() const {
    if (!options_.save) return;
    Comparison so_far = result_;
    so_far.partial = true;
    std::ranges::for_each(so_far.rows, settle);
    options_.save(so_far);
  }

  /// Leaves only the undecided rows in a heat: neither those that are decided nor the reference, which raced along.
  static void drop_decided(Heat& heat) {
    Heat rest;
    for (std::size_t i = 0; i < heat.racing.size(); ++i) {
      const bool open_row =
          heat.compared[i] != nullptr && heat.racing[i].racing() && heat.compared[i]->decision.word == Word::undecided;
      if (!open_row) continue;
      rest.racing.push_back(std::move(heat.racing[i]));
      rest.compared.push_back(heat.compared[i]);
    }
    heat = std::move(rest);
  }

  /// Writes what a heat found out into the rows.
  void keep(Heat& heat, const Stage& stage) const {
    const BuildRaceRow* reference = nullptr;
    for (const BuildRaceRow& row : heat.racing) {
      if (row.key.variant == "reference" && row.racing()) reference = &row;
    }
    for (std::size_t i = 0; i < heat.racing.size(); ++i) {
      if (heat.compared[i] == nullptr) continue;
      ComparedRow& compared = *heat.compared[i];
      const BuildRaceRow& row = heat.racing[i];
      compared.message = row.left_out.empty() ? row.trouble : row.left_out;
      if (!row.left_out.empty()) compared.state = RowState::left_out;
      if (!row.trouble.empty()) compared.state = RowState::no_verdict;
      if (!row.racing() || row.pairs.empty()) continue;
      compared.decision = decision_of(compared, row, stage);
      compared.base_seconds = median_of(row.pairs, &PairTimes::base);
      compared.head_seconds = median_of(row.pairs, &PairTimes::head);
      if (reference == nullptr || reference == &row || compared.to_reference) continue;
      compared.reference = name_of(reference->key, reference->threaded);
      compared.to_reference = to_reference(*reference, row);
    }
  }

  /// The second race: only the suspected rows, new processes, the error shared among them.
  void confirm(const std::vector<ComparedRow*>& rows, suite::Progress& progress) {
    std::vector<ComparedRow*> suspects;
    std::ranges::copy_if(rows, std::back_inserter(suspects), [](ComparedRow* row) { return suspect(*row); });
    run_stage(heats_of(suspects, {}),
              {.what = "racing a second time:",
               .looks = second_looks,
               .fewest_pairs_for_a_change = second_looks.front(),
               .confidence = look_confidence(options_.error, second_looks.size(), suspects.size()),
               .share = 1,
               .first_pair = 100},
              progress);
    std::ranges::for_each(suspects, [](ComparedRow* row) { settle(*row); });
  }

  const ComparisonOptions& options_;
  Clock::time_point start_ = Clock::now();
  std::vector<RowKey> references_;
  Comparison result_;
};

}  // namespace

bool Comparison::any_slower() const { return std::ranges::any_of(rows, &ComparedRow::slower); }

bool Comparison::any_more_instructions(double share) const {
  return std::ranges::any_of(rows, [share](const ComparedRow& row) {
    return std::ranges::any_of(row.counts, [share](const Count& count) { return count.more_than(share); });
  });
}

Comparison compare_builds(const ComparisonOptions& options) { return Comparer(options).run(); }

}  // namespace tandem::regression
