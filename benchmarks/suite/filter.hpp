// FILTER arguments: regular expressions, as Google Benchmark's own filter.
#pragma once

#include <functional>
#include <string>

namespace tandem::suite {

/// Whether a name contains a match of the expression; an empty expression matches everything.
/// Throws std::invalid_argument for text that is no regular expression.
std::function<bool(const std::string& name)> filter_of(const std::string& expression);

}  // namespace tandem::suite
