#include "reports/page/chart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reports/page/template.hpp"
#include "reports/page/text.hpp"
#include "reports/table.hpp"

namespace tandem::reports {
namespace {

constexpr double frame_width = 380;
constexpr double frame_height = 260;
constexpr double frame_left = 54;
constexpr double frame_right = 12;
constexpr double frame_top = 24;
constexpr double frame_bottom = 40;
constexpr std::size_t most_tips = 80;  ///< of a series; more would be a large page and no help

double across(const Axis& axis, double value) {
  return frame_left + axis.place(value) * (frame_width - frame_left - frame_right);
}
double down(const Axis& axis, double value) {
  return frame_height - frame_bottom - axis.place(value) * (frame_height - frame_top - frame_bottom);
}

bool has_place(const Chart& chart, const Series& series, std::size_t i) {
  return i < series.y.size() && chart.x.has_place(series.x[i]) && chart.y.has_place(series.y[i]);
}

std::string line_path(const Chart& chart, const Series& series) {
  std::string path;
  bool pen_down = false;
  for (std::size_t i = 0; i < series.x.size(); ++i) {
    if (!has_place(chart, series, i)) {
      pen_down = false;
      continue;
    }
    path += fmt::format("{}{} {}", pen_down ? 'L' : 'M', place_text(across(chart.x, series.x[i])),
                        place_text(down(chart.y, series.y[i])));
    pen_down = true;
  }
  return path;
}

std::string whisker_path(const Chart& chart, const Series& series) {
  std::string path;
  for (std::size_t i = 0; i < std::min(series.low.size(), series.high.size()); ++i) {
    if (!has_place(chart, series, i)) continue;
    // An end that has no place, such as 0 on a logarithmic axis, is that of the axis.
    const double low = chart.y.has_place(series.low[i]) ? series.low[i] : chart.y.low();
    const double high = chart.y.has_place(series.high[i]) ? series.high[i] : chart.y.high();
    path += fmt::format("M{} {}V{}", place_text(across(chart.x, series.x[i])), place_text(down(chart.y, low)),
                        place_text(down(chart.y, high)));
  }
  return path;
}

std::string tip_of(const Series& series, std::size_t i) {
  if (i < series.tips.size()) return series.tips[i];
  std::string tip = fmt::format("{}: {} at {}", series.name, number_text(series.y[i]), number_text(series.x[i]));
  if (i < series.low.size() && i < series.high.size()) {
    tip += fmt::format(" [{}, {}]", number_text(series.low[i]), number_text(series.high[i]));
  }
  return tip;
}

Json points_view(const Chart& chart, const Series& series, double size) {
  Json points = Json::array();
  std::string together;
  for (std::size_t i = 0; i < series.x.size(); ++i) {
    if (!has_place(chart, series, i)) continue;
    const std::string path = point_path(series.colour, across(chart.x, series.x[i]), down(chart.y, series.y[i]), size);
    if (series.x.size() > most_tips) {
      together += path;
    } else {
      points.push_back({{"d", path}, {"tip", shortened(tip_of(series, i), 200)}});
    }
  }
  if (!together.empty()) points.push_back({{"d", together}, {"tip", series.name}});
  return points;
}

std::string csv_of(const Chart& chart) {
  const bool whiskers = std::ranges::any_of(chart.series, [](const Series& series) { return !series.low.empty(); });
  std::string csv =
      fmt::format("series,{},{}{}\n", csv_cell(chart.x_label), csv_cell(chart.y_label), whiskers ? ",low,high" : "");
  for (const Series& series : chart.series) {
    for (std::size_t i = 0; i < std::min(series.x.size(), series.y.size()); ++i) {
      csv += fmt::format("{},{},{}", csv_cell(series.name), csv_cell(series.x[i]), csv_cell(series.y[i]));
      if (whiskers && i < series.low.size() && i < series.high.size()) {
        csv += fmt::format(",{},{}", csv_cell(series.low[i]), csv_cell(series.high[i]));
      }
      csv += '\n';
    }
  }
  return csv;
}

Json ticks_view(const Chart& chart) {
  Json ticks = Json::array();
  for (const auto& [place, label] : chart.x.ticks(6)) {
    const double x = frame_left + place * (frame_width - frame_left - frame_right);
    ticks.push_back(
        {{"d", fmt::format("M{} {}V{}", place_text(x), place_text(frame_top), place_text(frame_height - frame_bottom))},
         {"x", place_text(x)},
         {"y", place_text(frame_height - frame_bottom + 19)},
         {"anchor", place > 0.97 ? "end" : "middle"},
         {"label", label}});
  }
  for (const auto& [place, label] : chart.y.ticks(6)) {
    const double y = frame_height - frame_bottom - place * (frame_height - frame_top - frame_bottom);
    ticks.push_back(
        {{"d", fmt::format("M{} {}H{}", place_text(frame_left), place_text(y), place_text(frame_width - frame_right))},
         {"x", place_text(frame_left - 6)},
         {"y", place_text(y + 4)},
         {"anchor", "end"},
         {"label", label}});
  }
  return ticks;
}

Json marks_view(const Chart& chart) {
  Json marks = Json::array();
  for (std::size_t i = 0; i < chart.marks.size(); ++i) {
    const auto& [at, label] = chart.marks[i];
    if (!chart.x.has_place(at)) continue;
    const double x = across(chart.x, at);
    const bool far = x > frame_width / 2;
    marks.push_back(
        {{"d", fmt::format("M{} {}V{}", place_text(x), place_text(frame_top), place_text(frame_height - frame_bottom))},
         {"x", place_text(far ? x - 4 : x + 4)},
         {"y", place_text(frame_top + 12 + 13 * static_cast<double>(i % 4))},
         {"anchor", far ? "end" : "start"},
         {"label", shortened(label, 40)}});
  }
  return marks;
}

/// Labels beside their points, each where no other label or point is, as far as there is room.
Json labels_view(const Chart& chart) {
  struct Place {
    double x, y;
  };
  std::vector<Place> taken;
  for (const Series& series : chart.series) {
    for (std::size_t i = 0; i < series.labels.size(); ++i) {
      if (has_place(chart, series, i)) taken.push_back({across(chart.x, series.x[i]), down(chart.y, series.y[i])});
    }
  }
  Json labels = Json::array();
  for (const Series& series : chart.series) {
    for (std::size_t i = 0; i < series.labels.size(); ++i) {
      if (!has_place(chart, series, i)) continue;
      const double x = across(chart.x, series.x[i]);
      const double y = down(chart.y, series.y[i]);
      Place best{x, y - 11};
      for (double distance = 11; distance < 60; distance += 7) {
        bool free = false;
        for (const auto& [dx, dy] : {std::pair{0, -1}, {-1, 0}, {1, 0}, {0, 1}, {-1, -1}, {1, -1}, {-1, 1}, {1, 1}}) {
          const Place place{x + distance * dx, y + distance * dy};
          free = place.x > frame_left + 6 && place.x < frame_width - 6 && place.y > frame_top + 4 &&
                 place.y < frame_height - frame_bottom - 4 && std::ranges::none_of(taken, [&](const Place& other) {
                   return std::abs(other.x - place.x) < 13 && std::abs(other.y - place.y) < 11;
                 });
          if (!free) continue;
          best = place;
          break;
        }
        if (free) break;
      }
      taken.push_back(best);
      labels.push_back(
          {{"x", place_text(best.x)},
           {"y", place_text(best.y + 4)},
           {"lead", fmt::format("M{} {}L{} {}", place_text(x), place_text(y), place_text(best.x), place_text(best.y))},
           {"label", series.labels[i]}});
    }
  }
  return labels;
}

}  // namespace

std::string colour_at(std::size_t place) { return fmt::format("c{}", place % 8); }

std::string csv_cell(const std::string& text) {
  const std::string cut = shortened(text, 200);
  if (cut.find_first_of(",\"\n\r") == std::string::npos) return cut;
  std::string cell = "\"";
  for (const char letter : cut) {
    if (letter == '"') cell += '"';
    cell += letter;
  }
  return cell + '"';
}

std::string csv_cell(double value) { return std::isfinite(value) ? fmt::format("{:.6g}", value) : ""; }

std::string figures_html(const std::string& csv) { return render("figures.mustache", {{"csv", csv}}); }

std::string point_path(const std::string& colour, double x, double y, double size) {
  const auto at = [](double value) { return place_text(value); };
  const char last = colour.empty() ? '0' : colour.back();
  const int shape = colour == "peer" ? 3 : (last >= '0' && last <= '9' ? (last - '0') % 4 : 0);
  switch (shape) {
    case 1:
      return fmt::format("M{} {}h{}v{}h-{}z", at(x - size * 0.9), at(y - size * 0.9), at(size * 1.8), at(size * 1.8),
                         at(size * 1.8));
    case 2:
      return fmt::format("M{} {}l{} {}h-{}z", at(x), at(y - size * 1.2), at(size * 1.2), at(size * 2.1),
                         at(size * 2.4));
    case 3:
      return fmt::format("M{} {}l{} {}l-{} {}l-{} -{}z", at(x), at(y - size * 1.3), at(size * 1.3), at(size * 1.3),
                         at(size * 1.3), at(size * 1.3), at(size * 1.3), at(size * 1.3));
    default:
      return fmt::format("M{} {}a{} {} 0 1 0 {} 0a{} {} 0 1 0 -{} 0z", at(x - size), at(y), at(size), at(size),
                         at(size * 2), at(size), at(size), at(size * 2));
  }
}

std::string chart_html(Chart chart) {
  bool any = false;
  for (std::size_t s = 0; s < chart.series.size(); ++s) {
    Series& series = chart.series[s];
    if (series.colour.empty()) series.colour = colour_at(s);
    for (std::size_t i = 0; i < series.x.size(); ++i) {
      if (!has_place(chart, series, i)) continue;
      any = true;
      chart.x.include(series.x[i]);
      chart.y.include(series.y[i]);
      if (i < series.low.size() && i < series.high.size()) {
        chart.y.include(series.low[i]);
        chart.y.include(series.high[i]);
      }
    }
  }
  if (!any) return "";
  chart.x.round();
  chart.y.round();
  const std::size_t listed = std::min(chart.listed, chart.series.size());
  const bool many = listed > chart.most_listed;
  Json series_views = Json::array();
  for (const Series& series : chart.series) {
    series_views.push_back(
        {{"colour", many ? "c0 thin" : series.colour},
         {"line", series.line ? line_path(chart, series) : ""},
         {"dashed", series.dashed},
         {"whiskers", whisker_path(chart, series)},
         {"points", series.points && !(many && series.line) ? points_view(chart, series, 3.2) : Json::array()},
         {"listed", series_views.size() < listed},
         {"swatch", point_path(series.colour, 8, 8, series.points ? 4 : 0.1)},
         {"name", shortened(series.name, 60)},
         {"note", series.note}});
  }
  return render("chart.mustache", {{"title", shortened(chart.title, 200)},
                                   {"note", chart.note},
                                   {"x_label", shortened(chart.x_label, 60)},
                                   {"y_label", shortened(chart.y_label, 60)},
                                   {"ticks", ticks_view(chart)},
                                   {"marks", marks_view(chart)},
                                   {"labels", labels_view(chart)},
                                   {"series", series_views},
                                   {"legend", !many && (listed > 1 || !chart.series[0].note.empty())},
                                   {"figures", figures_html(csv_of(chart))}});
}

}  // namespace tandem::reports
