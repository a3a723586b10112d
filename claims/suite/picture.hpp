// What a claim's figures look like: the data of a picture, which no table has room for. The page draws it.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace tandem::claims {

struct Axis {
  std::string label;  ///< with its unit
  bool logarithmic = false;
};

/// How a series of a chart is drawn.
enum class Mark { line, points };

/// A named list of numbers. A number that is not finite is a gap.
struct Series {
  std::string name;
  std::vector<double> x{};
  std::vector<double> y{};     ///< chart: as many as x; grid: the values of the rows
  std::vector<double> low{};   ///< chart: where an interval of y begins, as many as y; empty: there is none
  std::vector<double> high{};  ///< chart: where it ends
  Mark mark = Mark::line;      ///< chart
  std::vector<double> z{};     ///< grid, image: the cells, row by row
  std::size_t columns = 0;     ///< image
};

/// A place on the x axis of a chart that has a name.
struct Place {
  double x = 0;
  std::string label;
};

enum class PictureKind {
  chart,   ///< all series in one pair of axes
  grid,    ///< beside one another: for every series a map, z over the columns x and the rows y
  images,  ///< beside one another: every series is one, z from 0 (black) to 1 (white)
};

struct Picture {
  PictureKind kind = PictureKind::chart;
  std::string title;
  Axis x{};
  Axis y{};
  Axis z{};  ///< grid
  std::vector<Series> series;
  std::vector<Place> marks{};  ///< chart
};

/// Throws std::logic_error that names the series whose lists do not fit together.
void require_drawable(const Picture& picture);

}  // namespace tandem::claims
