// Results files in, one page of HTML out, which needs nothing else. Nothing here knows a method.
#pragma once

#include <string>
#include <vector>

#include "reports/page/results.hpp"

namespace tandem::reports {

/// The whole page of one results file, or of several side by side. O(rows). Throws std::invalid_argument for none.
std::string html_page(std::vector<Results> files);

/// A few lines of Markdown for a pull request: the headlines and the claims.
std::string markdown_summary(const std::vector<Results>& files);

}  // namespace tandem::reports
