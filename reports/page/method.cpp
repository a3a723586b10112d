// How it was measured, and the twelve rules of Hoefler and Belli (SC'15) answered for the runs of this page.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "reports/page/template.hpp"
#include "reports/page/text.hpp"
#include "reports/page/views.hpp"

namespace tandem::reports {
namespace {

/// What the answers are made of, over all files.
struct Facts {
  double timed = 0;
  double with_interval = 0;
  double with_roof = 0;
  double left_out = 0;
  double unreached = 0;
  double headlines = 0;
  double headlines_with_reference = 0;
  double fewest_rounds = 0;
  double most_rounds = 0;
  int threads = 1;
  int cores = 0;
  bool noise = false;
  bool suspect = false;
};

Facts facts_of(const Page& page) {
  Facts facts;
  for (const Results& results : page.files) {
    for_each_row(results, [&](const Family&, const Method&, const Workload&, const Row& row) {
      facts.left_out += row.status == "left out" ? 1 : 0;
      if (!row.timed()) return;
      facts.timed += 1;
      facts.with_interval += row.over_reference || row.over_sequential ? 1 : 0;
      facts.with_roof += row.roof ? 1 : 0;
      facts.threads = std::max(facts.threads, row.threads);
      const auto rounds = static_cast<double>(
          std::ranges::count_if(row.rounds.smallest, [](double time) { return std::isfinite(time); }));
      if (rounds == 0) return;
      facts.fewest_rounds = facts.most_rounds == 0 ? rounds : std::min(facts.fewest_rounds, rounds);
      facts.most_rounds = std::max(facts.most_rounds, rounds);
    });
    for (const Family& family : results.families) {
      for (const Method& method : family.methods) {
        for (const Workload& workload : method.workloads) {
          if (workload.headline.empty()) continue;
          facts.headlines += 1;
          const Row* const reference = fastest(workload, [](const Row& row) { return row.reference(); });
          facts.headlines_with_reference += reference == nullptr ? 0 : 1;
        }
      }
    }
    facts.unreached += number_in(member(results.context, "not_reached"), "rows").value_or(0);
    facts.cores = std::max(facts.cores, whole_in(results.machine(), "cores", 0));
    facts.noise = facts.noise || member(results.context, "noise").is_object();
    facts.suspect = facts.suspect || member(results.context, "suspect_peaks").is_string();
  }
  return facts;
}

Json rule(const char* asks, const char* answer, const std::string& because) {
  return {{"asks", asks}, {"answer", answer}, {"no", std::string(answer) != "yes"}, {"because", because}};
}

Json rules_of(const Facts& facts) {
  const bool all_references = facts.headlines > 0 && facts.headlines_with_reference == facts.headlines;
  const bool all_cores = facts.cores > 0 && facts.threads >= facts.cores;
  const bool roofs = facts.with_roof > 0 && !facts.suspect;
  Json rules = Json::array();
  rules.push_back(rule("Say what a speedup is over, and how fast that base is.", all_references ? "yes" : "in part",
                       fmt::format("Two bases, each a row with its own time: the slow reference, timed in {} of {} "
                                   "headlines, and the best on one thread.",
                                   facts.headlines_with_reference, facts.headlines)));
  rules.push_back(rule("Give the reason for a subset of benchmarks or of the machine.", all_cores ? "yes" : "in part",
                       fmt::format("{} left out with their reason beside them, {} not reached in the time given; "
                                   "up to {} of {} used.",
                                   counted(facts.left_out, "row"), counted(facts.unreached, "row"),
                                   counted(facts.threads, "thread"), counted(facts.cores, "core"))));
  rules.push_back(rule("Arithmetic means for costs alone, harmonic ones for rates.", "yes",
                       "There are no means: times and ratios are medians."));
  rules.push_back(rule("Do not summarise ratios.", "yes",
                       "No ratio is averaged over workloads; each has its own line, and the times are beside it."));
  rules.push_back(rule("Say whether values are deterministic; give intervals where not.",
                       facts.timed > 0 && facts.with_interval == facts.timed ? "yes" : "in part",
                       fmt::format("Answers are deterministic for a seed, times are not: {} of {} timed rows have a "
                                   "ratio with its 95 % interval. A time by itself has none here; its rounds are in "
                                   "the raw data.",
                                   thousands_text(facts.with_interval), thousands_text(facts.timed))));
  rules.push_back(rule("Do not assume that values are normally distributed.", "in part",
                       "Ratios: sign test, which assumes no distribution. Growth exponents: Student's t on medians of "
                       "several sizes, without a check of normality."));
  rules.push_back(rule("Compare in a statistically sound way.", "yes",
                       "Paired rounds in a random balanced order; a verdict only where the whole interval lies beyond "
                       "the margin, else undecided."));
  rules.push_back(rule("Ask whether the median is what matters.", "no",
                       "Throughput of kernels is what is compared, so medians are; no other percentile is shown. The "
                       "value of every round is in the raw data."));
  rules.push_back(rule("Document all factors, levels and the set-up.", "yes",
                       "Machine, compiler, flags, libraries, revision, seed, environment and input hashes are below; "
                       "not recorded: temperature, clock over time, other tenants of the machine."));
  rules.push_back(
      rule("Report how parallel times are measured and synchronised.", "yes",
           "Wall-clock time from before the threads get their work until the last has ended, on the calling "
           "thread; threads are started before and stay."));
  rules.push_back(
      rule("Show upper bounds where possible.", roofs ? (facts.with_roof == facts.timed ? "yes" : "in part") : "no",
           facts.suspect ? std::string("The measured peaks are doubtful, so no share of the roof is shown.")
                         : fmt::format("{} of {} timed rows declare work and have a share of this machine's roof.",
                                       thousands_text(facts.with_roof), thousands_text(facts.timed))));
  rules.push_back(rule("Plot what is needed; join points only where between them is something.", "yes",
                       "Lines join sizes of one variant, where cost between them is meant; bars and marks elsewhere. "
                       "Every figure has its numbers."));
  return rules;
}

}  // namespace

std::string method_html(const Page& page) {
  const Facts facts = facts_of(page);
  std::string rounds = "no row was timed";
  if (facts.most_rounds > 0) {
    rounds = facts.fewest_rounds == facts.most_rounds
                 ? counted(facts.most_rounds, "round")
                 : fmt::format("{} to {}", thousands_text(facts.fewest_rounds), counted(facts.most_rounds, "round"));
  }
  Json noise = Json::array();
  for (std::size_t file = 0; file < page.files.size(); ++file) {
    const Json& found = member(page.files[file].context, "noise");
    const auto races = number_in(found, "races");
    const auto alarms = number_in(found, "false_alarm_rate");
    const auto change = number_in(found, "smallest_change");
    if (!races || !alarms || !change) continue;
    noise.push_back({{"label", page.label(file)},
                     {"races", thousands_text(*races)},
                     {"alarms", fmt::format("{:.0f} %", 100 * *alarms)},
                     {"change", fmt::format("{:.2g} %", 100 * *change)}});
  }
  return render("method.mustache", {{"rounds", rounds}, {"noise", noise}, {"rules", rules_of(facts)}});
}

}  // namespace tandem::reports
