// The trainings behind claims, kept one by one: whoever runs them again goes on where they ended.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "claims/attention/extrapolation.hpp"

namespace tandem::claims {

/// Where records are kept: the folder that the environment variable TANDEM_TRAININGS names, else `trainings` beside the
/// folder of real data (build/trainings).
std::filesystem::path trainings_folder();

/// Records of one plan and text in a folder: <configuration>-<seed>.json, and table.md, which is written anew with
/// each.
class Trainings {
 public:
  Trainings(const Plan& plan, const ExtrapolationText& text, std::filesystem::path folder);

  /// The records of these configurations for seeds 0 to seeds - 1, by configuration, then seed. What is not there is
  /// trained, one model a thread, all configurations of a seed before the next seed, with progress and the time left on
  /// standard error. Where `stop` says so nothing further is begun, and std::runtime_error says how much is there.
  std::vector<std::vector<Record>> records(const std::vector<std::string>& names, std::size_t seeds, int threads,
                                           const std::function<bool()>& stop);

  /// All records of the folder as Markdown: every seed of every configuration, and the differences of pairs.
  std::string table() const;

 private:
  const Plan& plan_;
  const ExtrapolationText& text_;
  std::filesystem::path folder_;
  std::string key_;  ///< of plan and text: a record of another one counts as absent

  std::filesystem::path path_of(const std::string& configuration, std::size_t seed) const;
  bool read(const std::string& configuration, std::size_t seed, Record& record) const;
  void write(const Record& record) const;
};

}  // namespace tandem::claims
