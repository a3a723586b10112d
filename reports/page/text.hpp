// Numbers and formulas as the page writes them.
#pragma once

#include <optional>
#include <string>

#include "benchmarks/suite/statistics.hpp"
#include "reports/table.hpp"

namespace tandem::reports {

/// "3.00×", "54,400×"; far below one "1/8.5".
std::string times_text(double ratio);

/// "[2.98, 3.02]".
std::string range_text(const suite::Interval& interval);

/// "3.00× [2.98, 3.02]", or nothing.
std::string interval_text(const std::optional<suite::Interval>& interval);

/// "12.3 µs".
std::string duration_text(double seconds);

/// "1 row", "2 rows".
std::string counted(double count, const std::string& what);

/// A decimal as short as it can be for a place in a picture: "12.3".
std::string place_text(double value);

/// "12.3%" for 0.123: a place in a picture that is as wide as there is room.
std::string per_cent_text(double place);

/// As HTML: what follows _ is set below and what follows ^ above, a letter or a group in braces.
std::string formula_html(const std::string& formula);

/// The text with what HTML gives a meaning escaped.
std::string escaped(const std::string& text);

/// At most that many characters, the last of them an ellipsis where it was longer.
std::string shortened(const std::string& text, std::size_t length);

/// What may be the name of a place in the page: letters, digits and - alone.
std::string anchor(const std::string& text);

/// A link where the source names a page, else the text itself; as HTML. "kexue.fm 9783", "arXiv 1406.1078".
std::string source_html(const std::string& source);

/// "28 November 2026" of a time in ISO 8601; the text itself where it is none.
std::string date_text(const std::string& time);

}  // namespace tandem::reports
