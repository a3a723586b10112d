// tandem solve flow: samples of one's own data by its exact rectified flow.
#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "benchmarks/suite/json_text.hpp"
#include "benchmarks/suite/machine.hpp"
#include "impl/flow/flow.hpp"
#include "impl/flow/reflow.hpp"
#include "problems/flow/files.hpp"
#include "problems/flow/points.hpp"
#include "problems/flow/real_data.hpp"
#include "program/program.hpp"

namespace tandem::program {
namespace {

struct FlowOptions {
  std::string data;
  std::string out;
  std::string solver = "euler";
  std::size_t samples = 16;
  std::optional<std::size_t> steps;
  std::optional<double> tolerance;
  std::optional<std::size_t> states;
  double end = 0;
  std::uint64_t seed = 1;
  bool json = false;

  bool adaptive() const { return solver == "dopri5"; }
};

constexpr std::size_t most_numbers = std::size_t{1} << 28;

flow::Points<float> data_named(const std::string& name) {
  const bool named = name == "digits" || name == "airports";
  if (!named) return flow::read_points(name, most_numbers);
  auto data = name == "digits" ? flow::digits() : flow::airports();
  if (!data) {
    throw std::invalid_argument(
        fmt::format("the {} are not here: ci/bench and ci/test bring them, or give a file", name));
  }
  return *std::move(data);
}

/// What the solver would pass over is refused.
void require_fitting(const FlowOptions& options) {
  const auto require = [](bool holds, const std::string& sentence) {
    if (!holds) throw std::invalid_argument(sentence);
  };
  require(options.samples > 0, "there is nothing to do for 0 samples");
  require(!options.adaptive() || !options.steps, "dopri5 chooses its steps: give --tolerance, or another solver");
  require(options.adaptive() || !options.tolerance,
          fmt::format("{} keeps no tolerance: give --steps, or take dopri5", options.solver));
  require(options.adaptive() || !options.states,
          fmt::format("{} has states at its steps alone: take dopri5 for --states", options.solver));
  require(!options.states || *options.states >= 2, "the states are at least 2, at t = 1 and at the end");
}

/// What was made, and what it cost.
struct Made {
  std::vector<double> times;  ///< of the states
  std::vector<flow::Points<float>> states;
  double evaluations = 0;
  double seconds = 0;
};

Made made(const flow::Points<float>& data, const FlowOptions& options) {
  const flow::Points<float> starts = flow::noise(options.seed, options.samples, data.dimension);
  Made result;
  const auto begin = std::chrono::steady_clock::now();
  if (options.adaptive()) {
    flow::require_end_above_zero(options.end, options.solver);
    result.times = {options.end};
    if (options.states) result.times = flow::uniform_times(1, options.end, *options.states - 1);
    const double tolerance = options.tolerance.value_or(1e-5);
    auto flowed = flow::flow_adaptively(flow::empirical_field(data), starts, result.times,
                                        {.relative = tolerance, .absolute = tolerance, .longest_step = 1.0 / 32},
                                        suite::all_cores());
    result.states = std::move(flowed.states);
    result.evaluations = flowed.evaluations;
  } else {
    result.times = {options.end};
    const flow::Path path{flow::scheme_named(options.solver), options.steps.value_or(100), options.end};
    flow::Samples<float> samples{.points = std::vector<float>(starts.values.size()), .growth = {}};
    flow::simd(flow::GenerateProblem{data, starts, path}, samples, suite::all_cores());
    result.states.push_back({data.dimension, std::move(samples.points)});
    result.evaluations = static_cast<double>(samples.evaluations);
  }
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return result;
}

void print_json(const Made& result, const flow::Points<float>& data, const flow::Points<float>& all,
                const FlowOptions& options) {
  nlohmann::ordered_json object = {{"data", options.data},        {"points", data.size()},
                                   {"dimension", data.dimension}, {"samples", options.samples},
                                   {"solver", options.solver},    {"end", options.end}};
  if (options.adaptive()) {
    object["tolerance"] = options.tolerance.value_or(1e-5);
  } else {
    object["steps"] = options.steps.value_or(100);
  }
  object["evaluations"] = result.evaluations;
  object["seed"] = options.seed;
  object["seconds"] = result.seconds;
  if (options.states) object["times"] = result.times;
  if (options.out.empty()) {
    object["values"] = all.values;
  } else {
    object["out"] = options.out;
  }
  fmt::print("{}\n", suite::json_text(object));
}

void solve_flow(const FlowOptions& options) {
  require_fitting(options);
  const flow::Points<float> data = data_named(options.data);
  if (options.samples > most_numbers / data.dimension / options.states.value_or(1)) {
    throw std::invalid_argument(fmt::format("{} samples of {} numbers{} are more than fit", options.samples,
                                            data.dimension, options.states ? " at so many times" : ""));
  }
  const Made result = made(data, options);
  flow::Points<float> all{data.dimension, {}};
  for (const auto& state : result.states) all.values.insert(all.values.end(), state.values.begin(), state.values.end());
  if (!options.out.empty()) flow::write_npy(options.out, all);
  if (options.json) return print_json(result, data, all, options);
  const std::string how = options.adaptive()
                              ? fmt::format("dopri5 to {:g}", options.tolerance.value_or(1e-5))
                              : fmt::format("{} steps of {}", options.steps.value_or(100), options.solver);
  fmt::print("{} samples of {} numbers from {} data: {}, {:g} field evaluations each, {:.3f} s\n", options.samples,
             data.dimension, data.size(), how, result.evaluations, result.seconds);
  if (!options.out.empty()) {
    fmt::print("written to {}\n", options.out);
    return;
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    std::string line;
    if (options.states) line = fmt::format("{:.6g}", result.times[i / options.samples]);
    for (const float coordinate : all[i]) line += fmt::format("{}{:.6g}", line.empty() ? "" : ",", coordinate);
    fmt::print("{}\n", line);
  }
}

const RegisteredSolver flow_solver{{
    .method = "flow",
    .summary = "Samples of your data by its exact rectified flow: noise at t = 1 carried to data at t = 0",
    .example = "tandem solve flow --data points.csv --samples 100 --steps 50 --out samples.npy",
    .configure =
        [](CLI::App& verb) {
          auto options = std::make_shared<FlowOptions>();
          verb.add_option("--data", options->data, "A .npy or .csv file with a point per row, or digits, or airports")
              ->required();
          verb.add_option("--samples", options->samples, "How many")->capture_default_str();
          verb.add_option("--steps", options->steps,
                          "Steps from t = 1 to the end, all of the same length (default 100; not with dopri5)");
          verb.add_option("--solver", options->solver, "euler, heun, midpoint, rk4 or dopri5, which has adaptive steps")
              ->check(CLI::IsMember({"euler", "heun", "midpoint", "rk4", "dopri5"}))
              ->capture_default_str();
          verb.add_option("--tolerance", options->tolerance,
                          "Of dopri5, absolute and relative (default 1e-5, at least 1e-6)");
          verb.add_option("--states", options->states,
                          "With dopri5, the samples at so many times from t = 1 to the end, one time after the other");
          verb.add_option("--end", options->end, "The last time; heun, rk4 and dopri5 need one above 0")
              ->capture_default_str();
          verb.add_option("--seed", options->seed, "Seed of the noise")->capture_default_str();
          verb.add_option("--out", options->out, "A .npy file for the samples; without it they are printed");
          verb.add_flag("--json", options->json, "Print one JSON object");
          return [options] { solve_flow(*options); };
        },
}};

}  // namespace
}  // namespace tandem::program
