// The results of `tandem gate` as text for people and for other programs.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace tandem::reports {

/// Reads and checks a file that `tandem gate --out` wrote. Throws std::invalid_argument with one sentence for a file
/// that is missing, no JSON, truncated, or of another schema.
nlohmann::ordered_json read_gate_results(const std::string& path);
nlohmann::ordered_json parse_gate_results(std::string_view text, const std::string& path);  ///< the same of its content

/// Whether the rows of the gate say slower; what they say in one word: "slower", "undecided (about 120 more rounds
/// needed)", "identical machine code", "only in the head".
std::string gate_word(const nlohmann::ordered_json& row);

/// For a terminal: a table of what was raced, one of the counts that changed, a summary in sentences.
std::string gate_text(const nlohmann::ordered_json& results);

/// A Markdown page for a comment on a pull request: the summary, what is slower or faster, and the rest folded away.
std::string gate_page(const nlohmann::ordered_json& results);

/// JUnit XML: one test case per row; a failure where it is slower, skipped where there is no word.
std::string gate_junit(const nlohmann::ordered_json& results);

/// GitHub workflow commands: an error per slower row, a warning (with `strict_counts` an error) per row with more
/// instructions, and a notice with the summary.
std::string gate_annotations(const nlohmann::ordered_json& results, bool strict_counts);

}  // namespace tandem::reports
