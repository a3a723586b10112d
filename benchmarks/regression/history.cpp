#include "benchmarks/regression/history.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <map>
#include <stdexcept>
#include <tuple>

#include "benchmarks/suite/json_text.hpp"
#include "impl/support/files.hpp"

namespace tandem::regression {
namespace {

using nlohmann::ordered_json;

class LockedFile {
 public:
  explicit LockedFile(const std::filesystem::path& path) : path_(path) {
    file_ = open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (file_ < 0) fail(std::strerror(errno));
    while (flock(file_, LOCK_EX) != 0) {
      if (errno != EINTR) fail(std::strerror(errno));
    }
  }
  ~LockedFile() {
    if (file_ >= 0) close(file_);
  }
  LockedFile(const LockedFile&) = delete;
  LockedFile& operator=(const LockedFile&) = delete;

  void append_line(std::string line) {
    struct stat state {};
    if (fstat(file_, &state) != 0) fail(std::strerror(errno));
    char last = '\n';
    if (state.st_size > 0 && pread(file_, &last, 1, state.st_size - 1) != 1) fail(std::strerror(errno));
    if (last != '\n') line.insert(0, "\n");
    line += "\n";
    for (std::size_t written = 0; written < line.size();) {
      const ssize_t count = write(file_, line.data() + written, line.size() - written);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) {
        const std::string why = std::strerror(errno);
        if (ftruncate(file_, state.st_size) != 0) fail(why + "; a half-written line is left at its end");
        fail(why);
      }
      written += static_cast<std::size_t>(count);
    }
    if (fsync(file_) != 0 && errno != EINVAL) fail(std::strerror(errno));
  }

 private:
  [[noreturn]] void fail(const std::string& why) const {
    throw std::runtime_error("could not append to " + path_.string() + ": " + why);
  }

  std::filesystem::path path_;
  int file_ = -1;
};

/// Throws nlohmann::json::exception where a field is missing or of another type.
void require_entry(const ordered_json& entry) {
  entry.at("machine").get<std::string>();
  entry.at("started").get<std::string>();
  entry.at("head").get<std::string>();
  for (const ordered_json& row : entry.at("rows")) {
    row.at("name").get<std::string>();
    if (row.contains("to_reference")) {
      row.at("to_reference").get<double>();
      row.at("reference").get<std::string>();
    }
    for (const ordered_json& count : row.at("counts")) {
      count.at("threads").get<int>();
      count.at("instructions").get<double>();
    }
  }
}

}  // namespace

ordered_json history_entry(const ordered_json& results) {
  const ordered_json& machine = results.at("machine");
  ordered_json entry = {{"schema", "tandem history"},           {"schema_version", history_schema},
                        {"machine", machine.at("fingerprint")}, {"processor", machine.at("processor")},
                        {"compiler", machine.at("compiler")},   {"flags", machine.at("flags")},
                        {"started", results.at("started")},     {"base", results.at("base")},
                        {"head", results.at("head")},           {"partial", results.at("partial")},
                        {"margin", results.at("margin")}};
  entry["rows"] = ordered_json::array();
  for (const ordered_json& row : results.at("rows")) {
    if (row.at("state") != "raced") continue;
    ordered_json kept = {{"name", row.at("name")}, {"verdict", row.at("verdict")}};
    if (row.at("time_ratio").at(0).is_number()) kept["time_ratio"] = row.at("time_ratio").at(0);
    if (row.contains("to_reference")) {
      kept["to_reference"] = row.at("to_reference").at(0);
      kept["reference"] = row.at("reference");
    }
    kept["counts"] = ordered_json::array();
    for (const ordered_json& count : row.at("counts")) {
      if (!count.at("deterministic").get<bool>()) continue;
      kept["counts"].push_back({{"threads", count.at("threads")}, {"instructions", count.at("head").at(0)}});
    }
    entry["rows"].push_back(std::move(kept));
  }
  return entry;
}

void append_entry(const std::filesystem::path& path, const ordered_json& entry) {
  LockedFile(path).append_line(suite::json_text(entry));
}

History read_history(const std::filesystem::path& path) { return parse_history(content_of(path), path.string()); }

History parse_history(std::string_view text, const std::string& name) {
  text = without_mark(text, name);
  History history;
  std::size_t number = 0;
  for (std::string_view line; next_line(text, line);) {
    ++number;
    if (line.empty()) continue;
    const auto skip = [&](const std::string& why) {
      history.damages.push_back(fmt::format("line {} of {} is skipped: {}", number, name, why));
    };
    auto entry = suite::parse_json<ordered_json>(line);
    if (!entry.is_object()) {
      skip("it is damaged or half-written");
    } else if (entry.value("schema_version", ordered_json()) != history_schema) {
      skip("it has schema " + suite::json_text(entry.value("schema_version", ordered_json())));
    } else {
      try {
        require_entry(entry);
        history.entries.push_back(std::move(entry));
      } catch (const nlohmann::json::exception&) {
        skip("a field is missing or of another type");
      }
    }
  }
  return history;
}

std::vector<HistorySeries> series_of(const History& history) {
  std::map<std::tuple<std::string, std::string, std::string>, HistorySeries> all;
  for (const ordered_json& entry : history.entries) {
    const std::string run = entry.at("started").get<std::string>() + " " + entry.at("head").get<std::string>();
    const auto add = [&](const std::string& row, const std::string& figure, double value) {
      HistorySeries& series = all[{entry.at("machine"), row, figure}];
      series.machine = entry.at("machine");
      series.row = row;
      series.figure = figure;
      series.values.push_back(value);
      series.runs.push_back(run);
    };
    for (const ordered_json& row : entry.at("rows")) {
      const std::string name = row.at("name");
      if (row.contains("to_reference")) {
        add(name, "times as fast as " + row.at("reference").get<std::string>(), row.at("to_reference"));
      }
      for (const ordered_json& count : row.at("counts")) {
        add(name, fmt::format("instructions, {} threads", count.at("threads").get<int>()), count.at("instructions"));
      }
    }
  }
  std::vector<HistorySeries> result;
  for (auto& [key, series] : all) {
    series.changes = change_points(series.values);
    result.push_back(std::move(series));
  }
  return result;
}

}  // namespace tandem::regression
