#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <set>

#include "benchmarks/suite/json_text.hpp"
#include "benchmarks/suite/machine.hpp"
#include "benchmarks/suite/machine_text.hpp"
#include "benchmarks/suite/noise.hpp"
#include "benchmarks/suite/peaks.hpp"
#include "benchmarks/suite/progress.hpp"
#include "problems/support/data.hpp"
#include "program/program.hpp"

namespace tandem::program {
namespace {

struct MachineOptions {
  bool quick = false;
  bool json = false;
};

/// Every target, or in a quick look the chosen one, for one thread and for all.
std::vector<suite::Peaks> measure_all_peaks(const suite::MachineCard& card, bool quick, suite::Progress& progress) {
  const auto effort = quick ? suite::PeakEffort::quick() : suite::PeakEffort{};
  std::vector<suite::Peaks> peaks;
  for (const suite::SimdTarget& target : card.targets) {
    if (quick && target.name != card.chosen_target) continue;
    for (const int threads : std::set{1, card.threads_that_fit()}) {
      progress.now(fmt::format("peaks of {} with {} threads", target.name, threads));
      peaks.push_back(suite::measure_peaks(target.id, threads, card, effort));
      progress.done(1);
    }
  }
  return peaks;
}

nlohmann::json as_json(const problems::Place& place) {
  return {{"folder", place.folder.string()}, {"there", place.there}};
}

void machine(const MachineOptions& options) {
  const suite::MachineCard card = suite::read_machine_card();
  const int races = options.quick ? 10 : 40;
  std::vector<suite::Peaks> peaks;
  suite::Timer timer;
  suite::Noise noise;
  {
    suite::Progress progress(2.0 * static_cast<double>(options.quick ? 1 : card.targets.size()) + 0.1 * races);
    peaks = measure_all_peaks(card, options.quick, progress);
    progress.now("racing a kernel against itself");
    timer = suite::measure_timer();
    noise = suite::measure_noise(races);
  }
  const problems::Place models = problems::models_place();
  const problems::Place data = problems::data_place();
  if (options.json) {
    const nlohmann::json json = {
        {"machine", card},           {"peaks", peaks},       {"timer", timer}, {"noise", noise},
        {"models", as_json(models)}, {"data", as_json(data)}};
    fmt::print("{}\n", suite::json_text(json, 2));
  } else {
    fmt::print("{}{}{}\n{}\n{}{}", to_text(card), suite::to_text("models", models), suite::to_text("data", data),
               suite::to_text(peaks), to_text(timer), to_text(noise));
  }
}

}  // namespace

void add_machine(Context context) {
  auto options = std::make_shared<MachineOptions>();
  CLI::App* verb = context.app.add_subcommand(
      "machine", "The machine card: shape, SIMD targets, measured peaks, noise\nExample: tandem machine --json");
  verb->add_flag("--quick", options->quick, "Only the SIMD target in use, fewer tries");
  verb->add_flag("--json", options->json, "Print JSON");
  verb->callback([options] { machine(*options); });
}

}  // namespace tandem::program
