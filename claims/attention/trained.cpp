#include "claims/attention/trained.hpp"

#include <fmt/format.h>

#include <utility>

#include "benchmarks/suite/interrupt.hpp"
#include "benchmarks/suite/machine.hpp"
#include "claims/attention/trainings.hpp"

namespace tandem::claims {

std::vector<Records> trained(const std::vector<std::string>& names, bool full, std::size_t seeds) {
  const Plan& plan = full ? full_plan() : quick_plan();
  Trainings trainings(plan, extrapolation_text(), trainings_folder() / plan.name);
  return trainings.records(names, seeds, suite::all_cores().threads, suite::interrupted);
}

std::string means_of(const Records& records, const Curve Record::*reading) {
  std::string text;
  for (std::size_t i = 0; i < multiples.size(); ++i) {
    double mean = 0;
    for (const Record& record : records) mean += (record.*reading).accuracy[i] / static_cast<double>(records.size());
    text += fmt::format("{}{:.1f}", text.empty() ? "" : ", ", mean);
  }
  return text;
}

Picture curves_of(const std::vector<Records>& records, bool full) {
  const std::size_t length = (full ? full_plan() : quick_plan()).length;
  Picture picture{.title = "Accuracy of the last segment over the length of its context, every seed",
                  .x = {.label = "bytes", .logarithmic = true},
                  .y = {.label = "per cent"},
                  .series = {}};
  for (const Records& of_one : records) {
    for (const Record& record : of_one) {
      Series series{.name = fmt::format("{} {}", record.configuration, record.seed)};
      for (std::size_t i = 0; i < multiples.size(); ++i) {
        series.x.push_back(static_cast<double>(multiples[i] * length));
        series.y.push_back(record.plain.accuracy[i]);
      }
      picture.series.push_back(std::move(series));
    }
  }
  return picture;
}

Claim trained_claim(std::string id, std::string statement, std::string source, std::string threshold, double seconds,
                    std::function<Outcome(bool)> experiment) {
  return {.id = std::move(id),
          .method = "attention",
          .statement = std::move(statement),
          .source = std::move(source),
          .threshold = std::move(threshold),
          .quick_seconds = 3,
          .full_seconds = seconds,
          .quick = false,
          .experiment = std::move(experiment)};
}

}  // namespace tandem::claims
