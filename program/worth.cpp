#include "program/worth.hpp"

#include <algorithm>
#include <map>

#include "benchmarks/suite/epochs.hpp"
#include "benchmarks/suite/row.hpp"

namespace tandem::program {
namespace {

constexpr double seconds_per_step = 2e-9;
/// What a row and a race take beside their runs: calibration, new pages, the inputs.
constexpr double row_overhead = 0.02;
constexpr double race_overhead = 0.1;
constexpr int slow_rank = 6;  ///< after three portions of two kinds of workloads

bool is_or_ends_in(std::string_view name, std::string_view word) {
  return name == word || (name.ends_with(word) && name[name.size() - word.size() - 1] == '_');
}

/// The name without its last word, if that is the one given.
std::string_view without(std::string_view name, std::string_view word) {
  if (!is_or_ends_in(name, word)) return name;
  name.remove_suffix(word.size());
  if (name.ends_with('_')) name.remove_suffix(1);
  return name;
}

std::string_view without_scheduler(std::string_view name) { return without(without(name, "omp"), "tbb"); }

/// The larger, the better a form of its idea.
int rank_of_form(std::string_view name) {
  const std::string_view form = without_scheduler(name);
  const int loops = is_or_ends_in(form, "simd") ? 2 : is_or_ends_in(form, "eigen") ? 1 : 0;
  return 2 * loops + (is_or_ends_in(name, "tbb") ? 0 : 1);
}

/// Whether the workload's portion of most worth has the variant.
class BestForms {
 public:
  explicit BestForms(const suite::SelectedWorkload& selected) : selected_(selected) {
    for (const std::size_t variant : selected.variants) {
      int& best = best_.try_emplace(key(variant), -1).first->second;
      best = std::max(best, rank_of_form(card(variant).name));
    }
  }
  bool has(std::size_t variant) const {
    const suite::VariantTraits& traits = card(variant).traits;
    return traits.reference || traits.peer || rank_of_form(card(variant).name) == best_.at(key(variant));
  }

 private:
  const suite::VariantCard& card(std::size_t variant) const { return selected_.method->variants[variant]; }
  std::pair<std::string, bool> key(std::size_t variant) const {
    return {std::string(idea_of(card(variant).name)), card(variant).traits.threaded};
  }

  const suite::SelectedWorkload& selected_;
  std::map<std::pair<std::string, bool>, int> best_;  ///< by idea, and whether it is threaded
};

/// One run of the variant, in seconds, or 0 where it is not run at this size.
double run_seconds(const suite::SelectedWorkload& selected, std::size_t variant, const suite::RaceOptions& options) {
  const suite::WorkloadCard& card = selected.card();
  const double steps = card.items * selected.method->variants[variant].growth.steps(card.size);
  return steps > options.check.step_budget ? 0 : steps * seconds_per_step;
}

}  // namespace

std::size_t Portion::rows() const {
  std::size_t rows = 0;
  for (const std::size_t variant : selected.variants) rows += suite::row_threads(selected, variant, threads).size();
  return rows;
}

std::string_view idea_of(std::string_view variant) {
  return without(without(without_scheduler(variant), "simd"), "eigen");
}

std::array<Portion, 3> portions_of(const suite::SelectedWorkload& selected, const std::vector<int>& threads) {
  const int all = *std::ranges::max_element(threads);
  std::vector<int> fewer;
  std::ranges::copy_if(threads, std::back_inserter(fewer), [&](int count) { return count != all; });
  const suite::SelectedWorkload none{selected.method, selected.workload, {}};
  std::array<Portion, 3> portions{{{none, {all}}, {none, {all}}, {none, fewer}}};
  const BestForms best(selected);
  for (const std::size_t variant : selected.variants) {
    const bool threaded = selected.method->variants[variant].traits.threaded;
    portions[best.has(variant) ? 0 : 1].selected.variants.push_back(variant);
    if (threaded && !fewer.empty()) portions[2].selected.variants.push_back(variant);
  }
  return portions;
}

std::vector<Portion> by_worth(const std::vector<suite::SelectedWorkload>& selection, const std::vector<int>& threads) {
  std::vector<Portion> all;
  for (const suite::SelectedWorkload& selected : selection) {
    const bool headline = !selected.card().headline.empty();
    int rank = headline ? 0 : 1;
    for (Portion& portion : portions_of(selected, threads)) {
      portion.rank = headline || selected.card().quick ? rank : slow_rank;
      rank += 2;
      if (!portion.selected.variants.empty()) all.push_back(std::move(portion));
    }
  }
  std::ranges::stable_sort(all, {}, &Portion::rank);
  return all;
}

suite::RaceOptions frugal(suite::RaceOptions usual, const Portion& portion) {
  usual.threads = portion.threads;
  usual.check.threads = portion.threads;
  if (std::ranges::count(portion.threads, 3) == 0) usual.check.threads.push_back(3);
  usual.row_budget_seconds = 0.15;
  usual.until_settled = true;
  if (portion.selected.card().headline.empty()) {
    usual.check.step_budget = 5e7;
    usual.longest_run_seconds = 0.1;
  }
  return usual;
}

double expected_seconds(const Portion& portion, const suite::RaceOptions& options) {
  double seconds = race_overhead;
  for (const std::size_t variant : portion.selected.variants) {
    const double run = run_seconds(portion.selected, variant, options);
    const bool threaded = portion.selected.method->variants[variant].traits.threaded;
    const double checks = 2 * run * static_cast<double>(threaded ? options.check.threads.size() : 1);
    const double round = std::max(2 * options.epoch_seconds, run);
    const double rounds = std::clamp(options.row_budget_seconds / round, static_cast<double>(suite::fewest_rounds),
                                     static_cast<double>(options.rounds));
    const bool timed = run > 0 && run <= options.longest_run_seconds;
    const double row = timed ? row_overhead + 3 * run + rounds * round : 0;
    seconds +=
        checks + row * static_cast<double>(suite::row_threads(portion.selected, variant, portion.threads).size());
  }
  return seconds;
}

}  // namespace tandem::program
