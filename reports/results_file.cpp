#include "reports/results_file.hpp"

#include <stdexcept>

#include "benchmarks/suite/json_text.hpp"
#include "impl/support/files.hpp"
#include "reports/page/json.hpp"

namespace tandem::reports {

std::string read_text(const std::string& path) { return content_of(path); }

Json parse_results(const std::string& text, const std::string& name) {
  Json results = suite::parse_json<Json>(without_mark(text, name));
  if (results.is_discarded()) throw std::invalid_argument(name + " is not JSON, or is truncated");
  const Json& schema = member(member(member(results, "context"), "tandem"), "schema_version");
  if (schema.is_null() || !member(results, "benchmarks").is_array()) {
    throw std::invalid_argument(name + " is not a results file of tandem run or tandem bench");
  }
  if (schema != 1) {
    throw std::invalid_argument(name + " has results schema " + schema.dump() + "; this program reads schema 1");
  }
  return results;
}

Json read_results(const std::string& path) { return parse_results(read_text(path), path); }

}  // namespace tandem::reports
