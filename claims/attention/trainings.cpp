#include "claims/attention/trainings.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <mutex>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

#include "benchmarks/suite/hash.hpp"
#include "benchmarks/suite/json_text.hpp"
#include "benchmarks/suite/progress.hpp"
#include "claims/attention/trainings_table.hpp"
#include "impl/support/parallel.hpp"
#include "impl/support/whole_file.hpp"
#include "problems/support/data.hpp"

namespace tandem::claims {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::pair<const char*, Curve Record::*> curves[] = {{"plain", &Record::plain},
                                                              {"window", &Record::window},
                                                              {"log_n", &Record::log_n},
                                                              {"repeated", &Record::repeated},
                                                              {"repeated_window", &Record::repeated_window}};

Json json_of(const Record& record) {
  Json json{{"configuration", record.configuration}, {"seed", record.seed}};
  for (const auto& [name, member] : curves) {
    json[name] = {{"accuracy", (record.*member).accuracy}, {"bits", (record.*member).bits}};
  }
  json["whole"] = record.whole;
  json["biases"] = Json::array();
  for (const BiasPair& pair : record.biases) {
    json["biases"].push_back({pair.query, pair.key, pair.cosine, pair.decay});
  }
  json["seconds"] = record.seconds;
  json["simd"] = record.simd;
  json["processor"] = record.processor;
  json["revision"] = record.revision;
  return json;
}

Record record_of(const Json& json) {
  Record record{.configuration = json.at("configuration"), .seed = json.at("seed")};
  for (const auto& [name, member] : curves) {
    json.at(name).at("accuracy").get_to((record.*member).accuracy);
    json.at(name).at("bits").get_to((record.*member).bits);
  }
  json.at("whole").get_to(record.whole);
  for (const Json& pair : json.at("biases")) record.biases.push_back({pair.at(0), pair.at(1), pair.at(2), pair.at(3)});
  record.seconds = json.at("seconds");
  record.simd = json.at("simd");
  record.processor = json.value("processor", "");
  record.revision = json.value("revision", "");
  return record;
}

/// Everything that decides the numbers of a record, but for configuration and seed. A change of what is trained or
/// measured takes another version.
std::string key_of(const Plan& plan, const ExtrapolationText& text) {
  constexpr int version = 1;
  const auto hash = [](const std::string& bytes) {
    return suite::hash_of(std::vector<char>(bytes.begin(), bytes.end()));
  };
  return fmt::format("version {}, plan {}: {} steps, {} x {}, {} segments, {} x {}, {} x {}, text {:x} {:x}", version,
                     plan.name, plan.steps, plan.sequences, plan.length, plan.segments, plan.small.layers,
                     plan.small.dim, plan.large.layers, plan.large.dim, hash(text.training), hash(text.held_out));
}

/// Expected time of a training, in those of a small model.
double cost(const Configuration& configuration) { return configuration.large ? 6 : 1; }

}  // namespace

std::filesystem::path trainings_folder() {
  const char* chosen = std::getenv("TANDEM_TRAININGS");
  if (chosen != nullptr && *chosen != '\0') return chosen;
  return problems::data_place().folder.parent_path() / "trainings";
}

Trainings::Trainings(const Plan& plan, const ExtrapolationText& text, std::filesystem::path folder)
    : plan_(plan), text_(text), folder_(std::move(folder)), key_(key_of(plan, text)) {
  make_folder(folder_);
}

std::filesystem::path Trainings::path_of(const std::string& configuration, std::size_t seed) const {
  return folder_ / fmt::format("{}-{}.json", configuration, seed);
}

bool Trainings::read(const std::string& configuration, std::size_t seed, Record& record) const {
  std::ifstream file(path_of(configuration, seed));
  if (!file) return false;
  const Json json = Json::parse(file, nullptr, false);
  if (json.is_discarded() || json.value("key", "") != key_) return false;
  record = record_of(json.at("record"));
  return true;
}

void Trainings::write(const Record& record) const {
  write_whole(path_of(record.configuration, record.seed),
              suite::json_text(Json{{"key", key_}, {"record", json_of(record)}}, 1) + "\n");
  write_whole(folder_ / "table.md", table());
}

std::string Trainings::table() const {
  std::vector<std::vector<Record>> all;
  for (const Configuration& configuration : configurations()) {
    std::vector<Record>& records = all.emplace_back();
    Record record;
    for (std::size_t seed = 0; seed < configuration.seeds; ++seed) {
      if (read(configuration.name, seed, record)) records.push_back(record);
    }
  }
  return table_of(plan_, all);
}

std::vector<std::vector<Record>> Trainings::records(const std::vector<std::string>& names, std::size_t seeds,
                                                    int threads, const std::function<bool()>& stop) {
  struct Job {
    const Configuration* configuration;
    std::size_t seed;
    Record* record;
  };
  std::vector<std::vector<Record>> all(names.size(), std::vector<Record>(seeds));
  std::vector<Job> jobs;
  double planned = 0;
  for (std::size_t seed = 0; seed < seeds; ++seed) {
    for (std::size_t i = 0; i < names.size(); ++i) {
      const Configuration& configuration = configuration_named(names[i]);
      if (read(names[i], seed, all[i][seed])) continue;
      jobs.push_back({&configuration, seed, &all[i][seed]});
      planned += cost(configuration);
    }
  }

  write_whole(folder_ / "table.md", table());  // of what is there, also where nothing is left to train
  std::mutex mutex;
  std::size_t done = 0;
  constexpr double seconds_of_small = 15;
  suite::Progress progress(seconds_of_small * planned);
  for_each_chunk({threads, Scheduler::openmp}, jobs.size(), 1, [&](std::size_t begin, std::size_t) {
    if (stop()) return;
    const Job& job = jobs[begin];
    const Record record = trained_record(plan_, *job.configuration, job.seed, text_);
    const std::lock_guard lock(mutex);
    *job.record = record;
    write(record);
    ++done;
    progress.now(fmt::format("training {} of {}: {}, seed {}", done, jobs.size(), record.configuration, record.seed));
    progress.done(seconds_of_small * cost(*job.configuration));
  });
  if (done < jobs.size()) {
    throw std::runtime_error(fmt::format("{} of {} trainings are there, in {}; the same command goes on",
                                         seeds * names.size() - (jobs.size() - done), seeds * names.size(),
                                         folder_.string()));
  }
  return all;
}

}  // namespace tandem::claims
