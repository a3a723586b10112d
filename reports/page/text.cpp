#include "reports/page/text.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <regex>

namespace tandem::reports {

std::string times_text(double ratio) {
  // Nobody reads 0.0000581×: far below one, the reciprocal says it.
  return ratio < 0.1 ? "1/" + number_text(1 / ratio) : number_text(ratio) + "×";
}

std::string range_text(const suite::Interval& interval) {
  const auto text = [&](double ratio) {
    return interval.estimate < 0.1 ? "1/" + number_text(1 / ratio) : number_text(ratio);
  };
  return "[" + text(interval.low) + ", " + text(interval.high) + "]";
}

std::string interval_text(const std::optional<suite::Interval>& interval) {
  return interval ? times_text(interval->estimate) + " " + range_text(*interval) : "";
}

std::string duration_text(double seconds) {
  std::string text = time_text(seconds);
  if (text.ends_with(" us")) text.replace(text.size() - 2, 2, "µs");
  return text;
}

std::string counted(double count, const std::string& what) {
  return thousands_text(count) + " " + what + (count == 1 ? "" : "s");
}

std::string place_text(double value) {
  std::string text = fmt::format("{:.1f}", value);
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  return text;
}

std::string per_cent_text(double place) { return place_text(100 * place) + "%"; }

std::string escaped(const std::string& text) {
  std::string html;
  for (const char letter : text) {
    switch (letter) {
      case '&':
        html += "&amp;";
        break;
      case '<':
        html += "&lt;";
        break;
      case '>':
        html += "&gt;";
        break;
      case '"':
        html += "&quot;";
        break;
      case '\'':
        html += "&#39;";
        break;
      default:
        html += letter;
    }
  }
  return html;
}

std::string formula_html(const std::string& formula) {
  std::string html;
  for (std::size_t at = 0; at < formula.size(); ++at) {
    const bool below = formula[at] == '_';
    if ((!below && formula[at] != '^') || at + 1 == formula.size()) {
      html += escaped(formula.substr(at, 1));
      continue;
    }
    std::size_t end = at + 2;
    std::string group = formula.substr(at + 1, 1);
    if (formula[at + 1] == '{') {
      end = formula.find('}', at);
      if (end == std::string::npos) end = formula.size();
      group = formula.substr(at + 2, end - at - 2);
      ++end;
    }
    html += fmt::format("<{0}>{1}</{0}>", below ? "sub" : "sup", escaped(group));
    at = end - 1;
  }
  return html;
}

std::string shortened(const std::string& text, std::size_t length) {
  std::size_t letters = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if ((static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) continue;  // inside a character
    if (++letters > length) return text.substr(0, at) + "…";
  }
  return text;
}

std::string anchor(const std::string& text) {
  std::string name = text.substr(0, 80);
  for (char& letter : name) {
    const bool plain =
        (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9');
    if (!plain) letter = '-';
  }
  return name;
}

std::string source_html(const std::string& source) {
  if (source.size() > 1000) return escaped(source);  // no source, and long for a regular expression
  static const std::regex page("(kexue\\.fm|arXiv) ([0-9.]*[0-9])");
  std::string html;
  std::string rest = source;
  std::smatch match;
  while (std::regex_search(rest, match, page)) {
    const bool post = match[1] == "kexue.fm";
    html += escaped(match.prefix());
    html += fmt::format("<a href=\"https://{}{}\">{}</a>", post ? "kexue.fm/archives/" : "arxiv.org/abs/",
                        match[2].str(), match[0].str());
    rest = match.suffix();
  }
  return html + escaped(rest);
}

std::string date_text(const std::string& time) {
  static const std::array<const char*, 12> months = {"January",   "February", "March",    "April",
                                                     "May",       "June",     "July",     "August",
                                                     "September", "October",  "November", "December"};
  static const std::regex iso("([0-9]{4})-(0[1-9]|1[0-2])-([0-3][0-9])T([0-9]{2}:[0-9]{2}).*");
  std::smatch match;
  if (time.size() > 40 || !std::regex_match(time, match, iso)) return shortened(time, 40);
  return fmt::format("{} {} {}", std::stoi(match[3]), months[static_cast<std::size_t>(std::stoi(match[2]) - 1)],
                     match[1].str());
}

}  // namespace tandem::reports
