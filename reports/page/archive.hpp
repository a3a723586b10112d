// The results file inside the page: compressed, and as text that means nothing to HTML.
#pragma once

#include <string>
#include <vector>

namespace tandem::reports {

/// gzip, then base64.
std::string packed(const std::string& bytes);

/// What `packed` was given. Throws std::invalid_argument for what it did not write, or for more than `limit` bytes.
std::string unpacked(const std::string& text, std::size_t limit = std::size_t{1} << 30);

/// The results files that a page holds; of large ones without the value of every round. Throws std::invalid_argument
/// where there is none.
std::vector<std::string> results_in_page(const std::string& html);

}  // namespace tandem::reports
