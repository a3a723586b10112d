#include "claims/attention/trainings_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

namespace tandem::claims {
namespace {

/// Which configuration a configuration is held against.
std::string baseline_of(const std::string& name) {
  if (name == "nope_untied") return "nope";
  for (const std::string prefix : {"post_", "large_"}) {
    if (name.starts_with(prefix)) return prefix + "none";
  }
  return "none";
}

std::string four(const std::array<double, 4>& numbers, const char* format) {
  std::string text;
  for (const double number : numbers) text += fmt::format(fmt::runtime(format), number);
  return text;
}

void add_means(std::string& text, const std::vector<std::vector<Record>>& records) {
  text += "| configuration | seeds | accuracy at 1, 2, 4, 8 times | | | | least at 8 | most at 8 |\n";
  text += "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n";
  for (const auto& of_one : records) {
    if (of_one.empty()) continue;
    std::array<double, 4> mean{};
    double least = 100;
    double most = 0;
    for (const Record& record : of_one) {
      for (std::size_t i = 0; i < 4; ++i) mean[i] += record.plain.accuracy[i] / static_cast<double>(of_one.size());
      least = std::min(least, record.plain.accuracy[3]);
      most = std::max(most, record.plain.accuracy[3]);
    }
    text += fmt::format("| {} | {} | {}{:.1f} | {:.1f} |\n", of_one.front().configuration, of_one.size(),
                        four(mean, "{:.1f} | "), least, most);
  }
}

/// What pairs of one seed gain, at each of the lengths.
void add_gains(std::string& text, const std::vector<std::vector<Record>>& records) {
  text += "| configuration | over | at | gain | least | most |\n| --- | --- | ---: | --- | ---: | ---: |\n";
  for (const auto& of_one : records) {
    if (of_one.empty()) continue;
    const std::string& name = of_one.front().configuration;
    const std::string baseline = baseline_of(name);
    for (const auto& other : records) {
      if (other.empty() || name == baseline || other.front().configuration != baseline) continue;
      for (std::size_t multiple = 0; multiple < 4; ++multiple) {
        const Paired gain = gain_of(of_one, other, multiple);
        if (gain.count() < 2) continue;
        const auto [least, most] = std::ranges::minmax(gain.differences);
        text += fmt::format("| {} | {} | {} | {} | {:+.1f} | {:+.1f} |\n", name, baseline, 1 << multiple, text_of(gain),
                            least, most);
      }
    }
  }
}

void add_seeds(std::string& text, const std::vector<std::vector<Record>>& records) {
  text +=
      "| configuration | seed | accuracy at 1, 2, 4, 8 times | | | | with a window | | | | bits per byte | | | | "
      "cosine of the biases | falls with log D |\n";
  text += "| --- | ---: |";
  for (int i = 0; i < 12; ++i) text += " ---: |";
  text += " --- | --- |\n";
  for (const auto& of_one : records) {
    for (const Record& record : of_one) {
      std::string cosines;
      std::string decays;
      for (const BiasPair& pair : record.biases) {
        cosines += fmt::format("{}{:.2f}", cosines.empty() ? "" : ", ", pair.cosine);
        decays += fmt::format("{}{:.2f}", decays.empty() ? "" : ", ", pair.decay);
      }
      text += fmt::format("| {} | {} | {}{}{}{} | {} |\n", record.configuration, record.seed,
                          four(record.plain.accuracy, "{:.2f} | "), four(record.window.accuracy, "{:.2f} | "),
                          four(record.plain.bits, "{:.3f} | "), cosines, decays);
    }
  }
}

/// How many models each machine and revision trained.
void add_origins(std::string& text, const std::vector<std::vector<Record>>& records) {
  std::map<std::string, std::size_t> models;
  for (const auto& of_one : records) {
    for (const Record& record : of_one) {
      ++models[record.processor.empty()
                   ? fmt::format("a machine that their records do not name ({})", record.simd)
                   : fmt::format("{} ({}), revision {}", record.processor, record.simd, record.revision)];
    }
  }
  text += "\nTrained on:\n\n";
  for (const auto& [origin, count] : models) text += fmt::format("- {} models: {}\n", count, origin);
}

}  // namespace

Paired gain_of(const std::vector<Record>& with, const std::vector<Record>& without, std::size_t multiple) {
  std::vector<double> differences;
  for (const Record& a : with) {
    for (const Record& b : without) {
      if (a.seed == b.seed) differences.push_back(a.plain.accuracy[multiple] - b.plain.accuracy[multiple]);
    }
  }
  return Paired(std::move(differences));
}

std::string text_of(const Paired& gain) {
  return fmt::format("{:+.2f} +- {:.2f} points, {} of {} seeds", gain.mean, gain.error, gain.above, gain.count());
}

std::string table_of(const Plan& plan, const std::vector<std::vector<Record>>& records) {
  std::string text = fmt::format(
      "Trained at {} bytes, {} steps of {} windows; small models {} layers of {}, large ones {} of {}. Accuracy, in "
      "per "
      "cent, of the last {} bytes of {} stretches of held-out text, the same bytes at every length.\n\n",
      plan.length, plan.steps, plan.sequences, plan.small.layers, plan.small.dim, plan.large.layers, plan.large.dim,
      plan.length / 2, plan.segments);
  add_means(text, records);
  text += "\nPairs of one seed, at so many times the trained length:\n\n";
  add_gains(text, records);
  text += "\nEvery seed:\n\n";
  add_seeds(text, records);
  add_origins(text, records);
  return text;
}

}  // namespace tandem::claims
