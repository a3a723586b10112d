#include "benchmarks/suite/filter.hpp"

#include <regex>
#include <stdexcept>

namespace tandem::suite {

std::function<bool(const std::string& name)> filter_of(const std::string& expression) {
  try {
    return [pattern = std::regex(expression)](const std::string& name) { return std::regex_search(name, pattern); };
  } catch (const std::regex_error&) {
    throw std::invalid_argument("the filter '" + expression + "' is not a regular expression");
  }
}

}  // namespace tandem::suite
