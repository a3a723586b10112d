// Tables of text that read well on a terminal and are valid Markdown at the same time.
#pragma once

#include <string>
#include <vector>

namespace tandem::reports {

enum class Align { left, right };

struct Column {
  std::string title;
  Align align = Align::left;
};

/// Rows are added with one cell per column; columns in which every cell is empty are left out.
class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  /// Throws std::logic_error for a row with another number of cells.
  void add(std::vector<std::string> cells);
  bool empty() const { return rows_.empty(); }
  /// The Markdown table, padded so that its columns line up; every line ends in a newline.
  std::string text() const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

/// "12.3 ns", "4.56 ms": three significant digits.
std::string time_text(double seconds);

/// "1,329": to a whole number.
std::string thousands_text(double count);

/// "20", "213.7", "1,329": a mean of counts, to a tenth where it is small.
std::string count_text(double count);

/// "0.123", "12.3", "1,230": three significant digits, thousands separated.
std::string number_text(double value);

/// "5.20x [5.11, 5.31]"; a ratio far below one as "1/812 [1/820, 1/800]".
std::string ratio_text(double estimate, double low, double high);

}  // namespace tandem::reports
