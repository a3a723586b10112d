// What claims hand over as data, drawn: charts, grids of small multiples, images.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "reports/page/chart.hpp"
#include "reports/page/template.hpp"
#include "reports/page/text.hpp"
#include "reports/page/views.hpp"
#include "reports/table.hpp"

namespace tandem::reports {
namespace {

constexpr std::size_t most_series = 64;
constexpr std::size_t most_values = 20000;
constexpr int shades = 10;

/// The numbers of a list; NaN where one is no number.
std::vector<double> numbers_in(const Json& object, const char* name) {
  std::vector<double> numbers;
  for (const Json& value : list_in(object, name)) {
    if (numbers.size() == most_values) break;
    numbers.push_back(number_of(value).value_or(std::numeric_limits<double>::quiet_NaN()));
  }
  return numbers;
}

std::string chart_of(const Json& picture) {
  Chart chart;
  chart.title = text_in(picture, "title");
  chart.note = shortened(text_in(picture, "note"), 400);
  chart.x_label = text_in(member(picture, "x"), "label");
  chart.y_label = text_in(member(picture, "y"), "label");
  chart.x.set_logarithmic(flag_in(member(picture, "x"), "log"));
  chart.y.set_logarithmic(flag_in(member(picture, "y"), "log"));
  for (const Json& json : list_in(picture, "series")) {
    if (chart.series.size() == most_series) break;
    const bool line = text_in(json, "mark") == "line";
    Series series{.name = text_in(json, "name"), .line = line, .points = !line};
    series.x = numbers_in(json, "x");
    series.y = numbers_in(json, "y");
    series.low = numbers_in(json, "low");
    series.high = numbers_in(json, "high");
    chart.series.push_back(std::move(series));
  }
  for (const Json& mark : list_in(picture, "marks")) {
    if (const auto at = number_in(mark, "x")) chart.marks.emplace_back(*at, text_in(mark, "label"));
  }
  return chart_html(std::move(chart));
}

/// A path of unit squares for each shade; a square without a number is left open.
Json shades_view(const std::vector<double>& values, std::size_t columns, const Axis& scale) {
  std::vector<std::string> paths(shades);
  const std::size_t rows = values.size() / columns;
  for (std::size_t i = 0; i < rows * columns; ++i) {
    if (!scale.has_place(values[i])) continue;
    const int shade = std::min(shades - 1, static_cast<int>(scale.place(values[i]) * shades));
    paths[static_cast<std::size_t>(shade)] += fmt::format("M{} {}h1v1h-1z", i % columns, i / columns);
  }
  Json view = Json::array();
  for (std::size_t shade = 0; shade < paths.size(); ++shade) {
    if (!paths[shade].empty()) view.push_back({{"shade", fmt::format("v{}", shade)}, {"d", paths[shade]}});
  }
  return view;
}

/// The panel upside down: a grid's first row is that of the least y, which stands at the bottom.
std::vector<double> flipped(const std::vector<double>& values, std::size_t columns) {
  std::vector<double> result;
  for (std::size_t row = values.size() / columns; row-- > 0;) {
    result.insert(result.end(), values.begin() + static_cast<std::ptrdiff_t>(row * columns),
                  values.begin() + static_cast<std::ptrdiff_t>((row + 1) * columns));
  }
  return result;
}

std::string ends_of(const std::vector<double>& values) {
  if (values.empty()) return "";
  return fmt::format("{} to {}", number_text(values.front()), number_text(values.back()));
}

std::string grid_of(const Json& picture) {
  Axis scale;
  scale.set_logarithmic(flag_in(member(picture, "z"), "log"));
  for (const Json& series : list_in(picture, "series")) {
    for (const double value : numbers_in(series, "z")) scale.include(value);
  }
  const std::string x_label = text_in(member(picture, "x"), "label");
  const std::string y_label = text_in(member(picture, "y"), "label");
  std::vector<std::string> ranges;  // panels share their axes
  Json panels = Json::array();
  std::string csv = fmt::format("series,{},{},{}\n", csv_cell(x_label), csv_cell(y_label),
                                csv_cell(text_in(member(picture, "z"), "label")));
  for (const Json& series : list_in(picture, "series")) {
    const auto x = numbers_in(series, "x");
    const auto y = numbers_in(series, "y");
    const auto z = numbers_in(series, "z");
    if (panels.size() == most_series || x.empty() || z.size() < x.size()) continue;
    const std::string name = text_in(series, "name");
    for (std::size_t i = 0; i < std::min(z.size(), x.size() * y.size()); ++i) {
      csv += fmt::format("{},{},{},{}\n", csv_cell(name), csv_cell(x[i % x.size()]), csv_cell(y[i / x.size()]),
                         csv_cell(z[i]));
    }
    panels.push_back({{"name", shortened(name, 60)},
                      {"columns", std::to_string(x.size())},
                      {"lines", std::to_string(z.size() / x.size())},
                      {"shades", shades_view(flipped(z, x.size()), x.size(), scale)}});
    if (ranges.empty()) ranges = {ends_of(x), ends_of(y)};
  }
  if (panels.empty()) return "";
  Json keys = Json::array();
  for (int shade = 0; shade < shades; ++shade)
    keys.push_back({{"shade", fmt::format("v{}", shade)}, {"at", std::to_string(shade)}});
  return render("grid.mustache", {{"title", shortened(text_in(picture, "title"), 200)},
                                  {"note", shortened(text_in(picture, "note"), 400)},
                                  {"x_label", shortened(x_label, 60)},
                                  {"y_label", shortened(y_label, 60)},
                                  {"x_range", ranges[0]},
                                  {"y_range", ranges[1]},
                                  {"z_label", shortened(text_in(member(picture, "z"), "label"), 80)},
                                  {"low", number_text(scale.low())},
                                  {"high", number_text(scale.high())},
                                  {"keys", keys},
                                  {"panels", panels},
                                  {"figures", figures_html(csv)}});
}

std::string images_of(const Json& picture) {
  Axis scale;
  scale.include(0);
  scale.include(1);
  Json images = Json::array();
  std::string csv = "image,name,line,values\n";
  for (const Json& series : list_in(picture, "series")) {
    const auto values = numbers_in(series, "z");
    const int columns = whole_in(series, "columns", 0);
    if (images.size() == most_series || columns <= 0 || values.size() < static_cast<std::size_t>(columns)) continue;
    const auto width = static_cast<std::size_t>(columns);
    const std::string name = shortened(text_in(series, "name"), 40);
    for (std::size_t i = 0; i < values.size() / width * width; ++i) {
      if (i % width == 0) csv += fmt::format("{},{},{}", images.size() + 1, csv_cell(name), i / width + 1);
      csv += "," + csv_cell(values[i]) + ((i + 1) % width == 0 ? "\n" : "");
    }
    images.push_back({{"name", name},
                      {"columns", std::to_string(width)},
                      {"lines", std::to_string(values.size() / width)},
                      {"shades", shades_view(values, width, scale)}});
  }
  if (images.empty()) return "";
  return render("images.mustache", {{"title", shortened(text_in(picture, "title"), 200)},
                                    {"note", shortened(text_in(picture, "note"), 400)},
                                    {"images", images},
                                    {"figures", figures_html(csv)}});
}

}  // namespace

std::string pictures_html(const Json& pictures) {
  std::string html;
  if (!pictures.is_array()) return html;
  for (const Json& picture : pictures) {
    const std::string kind = text_in(picture, "kind");
    if (kind == "chart") html += chart_of(picture);
    if (kind == "grid") html += grid_of(picture);
    if (kind == "images") html += images_of(picture);
  }
  return html;
}

}  // namespace tandem::reports
