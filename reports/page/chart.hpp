// Pictures with two axes: lines and points over them, as SVG that fits a phone, with their figures as text below.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "reports/page/axis.hpp"
#include "reports/page/json.hpp"

namespace tandem::reports {

struct Series {
  std::string name{};
  std::string note{};    ///< beside the name in the legend
  std::string colour{};  ///< a class of the style sheet; empty: by place in the list
  bool line = true;
  bool points = true;
  bool dashed = false;
  std::vector<double> x{};
  std::vector<double> y{};
  std::vector<double> low{};  ///< with `high` the ends of intervals, or nothing
  std::vector<double> high{};
  std::vector<std::string> tips{};    ///< what is said of each point; empty: its figures
  std::vector<std::string> labels{};  ///< a number or letter beside each point; empty: none
};

struct Chart {
  std::string title;
  std::string note;  ///< a sentence below
  std::string x_label;
  std::string y_label;
  Axis x;
  Axis y;
  std::vector<Series> series;
  std::vector<std::pair<double, std::string>> marks;  ///< vertical lines with a word each
  std::size_t most_listed = 8;                        ///< more series are drawn alike and thin, without a legend
  std::size_t listed = 1000000;                       ///< as many of the series, the first, have a line in the legend
};

/// A figure; its axes take in what the series hold. Empty where no point has a place.
std::string chart_html(Chart chart);

/// The colour of the series at that place, "c0" to "c7" and on from the first again.
std::string colour_at(std::size_t place);

/// A text as CSV has it: quoted where it must be, and cut where nobody would read on.
std::string csv_cell(const std::string& text);
/// Empty where the value is not finite.
std::string csv_cell(double value);

/// What stands below a picture: its figures as CSV, which the page's script saves.
std::string figures_html(const std::string& csv);

/// Points of one shape in one path: the shape belongs to the colour, so that nobody has to tell colours apart.
std::string point_path(const std::string& colour, double x, double y, double size);

}  // namespace tandem::reports
