#include "reports/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace tandem::reports {
namespace {

/// Code points, which is the width of the text that the reports use.
std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; }));
}

std::string padded(const std::string& text, std::size_t columns, Align align) {
  const std::string space(columns - std::min(columns, width(text)), ' ');
  return align == Align::left ? text + space : space + text;
}

/// A vertical bar would end the cell.
std::string escaped_for_markdown(std::string text) {
  for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2) text.insert(at, "\\");
  return text;
}

}  // namespace

void Table::add(std::vector<std::string> cells) {
  if (cells.size() != columns_.size()) throw std::logic_error("a table row has another number of cells than columns");
  for (std::string& cell : cells) cell = escaped_for_markdown(std::move(cell));
  rows_.push_back(std::move(cells));
}

std::string Table::text() const {
  std::string header = "|";
  std::string rule = "|";
  std::vector<std::string> lines(rows_.size(), "|");
  for (std::size_t column = 0; column < columns_.size(); ++column) {
    std::size_t widest = std::max<std::size_t>(3, width(columns_[column].title));
    bool used = rows_.empty();
    for (const auto& row : rows_) {
      widest = std::max(widest, width(row[column]));
      used = used || !row[column].empty();
    }
    if (!used) continue;
    const Align align = columns_[column].align;
    header += " " + padded(columns_[column].title, widest, align) + " |";
    const std::string dashes(widest, '-');
    rule += align == Align::left ? " " + dashes + " |" : " " + dashes + ":|";
    for (std::size_t row = 0; row < rows_.size(); ++row) {
      lines[row] += " " + padded(rows_[row][column], widest, align) + " |";
    }
  }
  std::string text = header + "\n" + rule + "\n";
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

std::string thousands_text(double count) {
  std::string digits = fmt::format("{:.0f}", count);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > (count < 0 ? 1 : 0); at -= 3) {
    digits.insert(static_cast<std::size_t>(at), ",");
  }
  return digits;
}

std::string count_text(double count) {
  const std::string text = fmt::format("{:.1f}", count);
  return count >= 1000 || text.ends_with(".0") ? thousands_text(count) : text;
}

std::string number_text(double value) {
  if (!std::isfinite(value)) return std::isnan(value) ? "n/a" : (value > 0 ? "inf" : "-inf");
  if (value == 0) return "0";
  const double size = std::abs(value);
  if (size >= 1000) {
    // Three significant digits would hide the fourth, which thousands separators make readable.
    const double scale = std::pow(10, std::max(0.0, std::floor(std::log10(size)) - 2));
    return thousands_text(std::round(value / scale) * scale);
  }
  return fmt::format("{:.{}f}", value, std::clamp(2 - static_cast<int>(std::floor(std::log10(size))), 0, 9));
}

std::string time_text(double seconds) {
  if (!std::isfinite(seconds)) return "n/a";
  for (const auto& [unit, scale] : {std::pair{"s", 1.0}, {"ms", 1e3}, {"us", 1e6}}) {
    if (std::abs(seconds) * scale >= 1) return number_text(seconds * scale) + " " + unit;
  }
  return number_text(seconds * 1e9) + " ns";
}

std::string ratio_text(double estimate, double low, double high) {
  // Nobody reads 0.0000581x: far below one, the reciprocal says it.
  const bool reciprocal = estimate < 0.1;
  const auto text = [reciprocal](double ratio) {
    return reciprocal ? "1/" + number_text(1 / ratio) : number_text(ratio);
  };
  return text(estimate) + (reciprocal ? " [" : "x [") + text(low) + ", " + text(high) + "]";
}

}  // namespace tandem::reports
