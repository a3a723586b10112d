#include "benchmarks/regression/build_worker.hpp"

#include <fmt/format.h>

#include "benchmarks/regression/protocol.hpp"
#include "benchmarks/suite/json_text.hpp"

namespace tandem::regression {
namespace {

std::vector<std::string> whole_command(const BuildProgram& program, const std::vector<std::string>& wrapper) {
  std::vector<std::string> command = wrapper;
  command.insert(command.end(), program.command.begin(), program.command.end());
  command.emplace_back("race_worker");
  return command;
}

/// A missing field is the worker's fault, not ours.
template <class Reader>
auto reading(const std::string& side, Reader reader) {
  try {
    return reader();
  } catch (const nlohmann::json::exception&) {
    throw ChildFailure("the worker of " + side + " left out a field of the protocol");
  }
}

}  // namespace

std::string name_of(const RowKey& row, bool threaded) {
  return row.method + "/" + row.variant + "/" + row.workload +
         (threaded ? "/threads:" + std::to_string(row.threads) : "");
}

BuildWorker::BuildWorker(const BuildProgram& program, const std::map<std::string, std::string>& environment,
                         const std::vector<std::string>& wrapper)
    : child_("the worker of " + program.side, whole_command(program, wrapper), environment),
      patience_factor_(wrapper.empty() ? 1 : 20) {
  nlohmann::json greeting;
  try {
    greeting = child_.listen(std::chrono::seconds(30 * patience_factor_));
  } catch (const ChildFailure& failure) {
    const std::string why = wrapper.empty()
                                ? "does not take part in races: it is no Tandem, or one from before the gate"
                                : "does not run under Valgrind, which may not know the instruction set: --simd=avx2 "
                                  "pins another";
    throw ChildFailure(fmt::format("{} {} ({})", program.side, why, failure.what()));
  }
  const nlohmann::json version = greeting.value("tandem_race_worker", nlohmann::json());
  if (version != protocol_version) {
    throw ChildFailure(
        fmt::format("{} speaks version {} of the race protocol, this program version {}: build both "
                    "from revisions with the same version",
                    program.side, suite::json_text(version), protocol_version));
  }
  can_count_ = greeting.value("counts", false);
  can_share_ = greeting.value("shares", false);
}

std::vector<ListedRow> BuildWorker::list(const std::string& filter, bool full, bool hidden,
                                         const std::vector<int>& threads) {
  const nlohmann::json answer =
      child_.ask({{"do", "list"}, {"filter", filter}, {"full", full}, {"hidden", hidden}, {"threads", threads}},
                 std::chrono::seconds(60));
  return reading("a build", [&] {
    std::vector<ListedRow> rows;
    for (const nlohmann::json& row : answer.at("rows")) {
      rows.push_back({{row.at("method"), row.at("variant"), row.at("workload"), row.at("threads")},
                      row.at("threaded"),
                      row.at("code")});
    }
    return rows;
  });
}

std::vector<std::optional<std::string>> BuildWorker::prepare(const std::vector<RowKey>& rows,
                                                             const PrepareOptions& options) {
  nlohmann::json request = {
      {"do", "prepare"},       {"method", rows.front().method}, {"workload", rows.front().workload},
      {"seed", options.seed},  {"steps", options.step_budget},  {"longest", options.longest_run_seconds},
      {"check", options.check}};
  if (options.pages >= 0) request["pages"] = options.pages;
  for (const RowKey& row : rows) request["rows"].push_back({{"variant", row.variant}, {"threads", row.threads}});
  const nlohmann::json answer = child_.ask(request, std::chrono::seconds(300 * patience_factor_));
  return reading("a build", [&] {
    std::vector<std::optional<std::string>> outcomes;
    for (const nlohmann::json& row : answer.at("rows")) {
      outcomes.push_back(row.at("ready") ? std::nullopt : std::optional(row.at("why").get<std::string>()));
    }
    if (outcomes.size() != rows.size()) throw ChildFailure("a worker prepared another number of rows than asked for");
    return outcomes;
  });
}

double BuildWorker::epoch(std::size_t row, std::uint64_t runs, bool check) {
  const nlohmann::json answer =
      child_.ask({{"do", "epoch"}, {"row", row}, {"runs", runs}, {"check", check}}, std::chrono::seconds(60));
  // A clock that gives no number gives no time; the round is dropped.
  const nlohmann::json value = answer.value("seconds", nlohmann::json());
  return value.is_number() ? value.get<double>() : 0.0;
}

void BuildWorker::count(std::size_t row) {
  child_.ask({{"do", "count"}, {"row", row}}, std::chrono::seconds(60 * patience_factor_));
}

void BuildWorker::finish() { child_.ask({{"do", "finish"}}, std::chrono::seconds(10 * patience_factor_)); }

}  // namespace tandem::regression
