// Findings with their pictures as parts of the results file.
#include <cmath>
#include <stdexcept>
#include <string_view>

#include "program/results.hpp"

namespace tandem::program {
namespace {

using nlohmann::ordered_json;

/// null for what is not finite: the format has no such numbers.
ordered_json numbers(const std::vector<double>& values) {
  ordered_json list = ordered_json::array();
  for (const double value : values) list.push_back(std::isfinite(value) ? ordered_json(value) : ordered_json());
  return list;
}

ordered_json axis_object(const claims::Axis& axis) { return {{"label", axis.label}, {"log", axis.logarithmic}}; }

std::string_view word_of(claims::PictureKind kind) {
  switch (kind) {
    case claims::PictureKind::chart:
      return "chart";
    case claims::PictureKind::grid:
      return "grid";
    case claims::PictureKind::images:
      return "images";
  }
  throw std::logic_error("a kind of picture without a word");
}

ordered_json series_object(const claims::Series& series, claims::PictureKind kind) {
  ordered_json json = {{"name", series.name}};
  if (kind == claims::PictureKind::images) {
    json["columns"] = series.columns;
    json["z"] = numbers(series.z);
    return json;
  }
  json["x"] = numbers(series.x);
  json["y"] = numbers(series.y);
  if (kind == claims::PictureKind::grid) {
    json["z"] = numbers(series.z);
    return json;
  }
  json["mark"] = series.mark == claims::Mark::line ? "line" : "points";
  if (!series.low.empty()) {
    json["low"] = numbers(series.low);
    json["high"] = numbers(series.high);
  }
  return json;
}

ordered_json picture_object(const claims::Picture& picture) {
  ordered_json json = {{"kind", word_of(picture.kind)}, {"title", picture.title},
                       {"x", axis_object(picture.x)},   {"y", axis_object(picture.y)},
                       {"z", axis_object(picture.z)},   {"series", ordered_json::array()}};
  for (const claims::Series& series : picture.series) json["series"].push_back(series_object(series, picture.kind));
  for (const auto& [x, label] : picture.marks) json["marks"].push_back({{"x", x}, {"label", label}});
  return json;
}

ordered_json finding_object(const claims::Finding& finding) {
  ordered_json json = {{"id", finding.claim.id},
                       {"method", finding.claim.method},
                       {"statement", finding.claim.statement},
                       {"source", finding.claim.is_target() ? "this project" : finding.claim.source},
                       {"cases", finding.outcome.cases},
                       {"measured", finding.outcome.measured},
                       {"threshold", finding.claim.threshold},
                       {"verdict", claims::to_string(finding.outcome.verdict)},
                       {"seconds", finding.seconds}};
  for (const claims::Picture& picture : finding.outcome.data) json["data"].push_back(picture_object(picture));
  return json;
}

}  // namespace

ordered_json to_json(const std::vector<claims::Finding>& findings) {
  ordered_json lists = {{"claims", ordered_json::array()}, {"targets", ordered_json::array()}};
  for (const auto& finding : findings) {
    lists[finding.claim.is_target() ? "targets" : "claims"].push_back(finding_object(finding));
  }
  return lists;
}

}  // namespace tandem::program
