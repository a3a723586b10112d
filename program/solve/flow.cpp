// tandem solve flow: samples of one's own data by its exact rectified flow.
#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "benchmarks/suite/machine.hpp"
#include "impl/flow/flow.hpp"
#include "problems/flow/files.hpp"
#include "problems/flow/points.hpp"
#include "problems/support/data.hpp"
#include "program/program.hpp"

namespace tandem::program {
namespace {

struct FlowOptions {
  std::string data;
  std::string out;
  std::string solver = "euler";
  std::size_t samples = 16;
  std::size_t steps = 100;
  double end = 0;
  std::uint64_t seed = 1;
  bool json = false;
};

constexpr std::size_t most_numbers = std::size_t{1} << 28;

/// The images' 64 pixels; the label behind them is left out.
flow::Points<float> digits() {
  const auto file = problems::fetched_data("digits.csv", "the 8 x 8 digits of python3-sklearn, as data of the flow");
  if (!file) throw std::invalid_argument("the digits are not here: ci/bench and ci/test bring them, or give a file");
  return flow::read_csv(*file, most_numbers, 64);
}

void solve_flow(const FlowOptions& options) {
  if (options.samples == 0) throw std::invalid_argument("there is nothing to do for 0 samples");
  flow::GenerateProblem problem{
      .data = options.data == "digits" ? digits() : flow::read_points(options.data, most_numbers),
      .starts = {},
      .path = {.scheme = flow::scheme_named(options.solver), .steps = options.steps, .end = options.end}};
  if (options.samples > most_numbers / problem.data.dimension) {
    throw std::invalid_argument(
        fmt::format("{} samples of {} numbers are more than fit", options.samples, problem.data.dimension));
  }
  problem.starts = flow::noise(options.seed, options.samples, problem.data.dimension);
  flow::Samples<float> samples{.points = std::vector<float>(problem.starts.values.size()), .growth = {}};
  const auto begin = std::chrono::steady_clock::now();
  flow::simd(problem, samples, suite::all_cores());
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  const flow::Points<float> result{problem.data.dimension, std::move(samples.points)};
  if (!options.out.empty()) flow::write_npy(options.out, result);
  if (options.json) {
    nlohmann::ordered_json object = {
        {"data", options.data},      {"points", problem.data.size()},      {"dimension", result.dimension},
        {"samples", result.size()},  {"solver", options.solver},           {"steps", options.steps},
        {"end", options.end},        {"evaluations", samples.evaluations}, {"seed", options.seed},
        {"seconds", seconds.count()}};
    if (!options.out.empty()) object["out"] = options.out;
    if (options.out.empty()) object["values"] = result.values;
    fmt::print("{}\n", object.dump());
    return;
  }
  fmt::print("{} samples of {} numbers from {} data: {} steps of {}, {} field evaluations each, {:.3f} s\n",
             result.size(), result.dimension, problem.data.size(), options.steps, options.solver, samples.evaluations,
             seconds.count());
  if (!options.out.empty()) {
    fmt::print("written to {}\n", options.out);
    return;
  }
  for (std::size_t i = 0; i < result.size(); ++i) {
    std::string line;
    for (const float coordinate : result[i]) line += fmt::format("{}{:.6g}", line.empty() ? "" : ",", coordinate);
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
          verb.add_option("--data", options->data, "A .npy or .csv file with a point per row, or digits")->required();
          verb.add_option("--samples", options->samples, "How many")->capture_default_str();
          verb.add_option("--steps", options->steps, "Steps from t = 1 to the end, all of the same length")
              ->capture_default_str();
          verb.add_option("--solver", options->solver, "euler, heun, midpoint or rk4")
              ->check(CLI::IsMember({"euler", "heun", "midpoint", "rk4"}))
              ->capture_default_str();
          verb.add_option("--end", options->end, "The last time; heun and rk4 need one above 0")->capture_default_str();
          verb.add_option("--seed", options->seed, "Seed of the noise")->capture_default_str();
          verb.add_option("--out", options->out, "A .npy file for the samples; without it they are printed");
          verb.add_flag("--json", options->json, "Print one JSON object");
          return [options] { solve_flow(*options); };
        },
}};

}  // namespace
}  // namespace tandem::program
