#include "reports/compare.hpp"

#include <fmt/format.h>

#include <memory>
#include <stdexcept>

#include "program/program.hpp"
#include "reports/results_file.hpp"

namespace tandem::program {
namespace {

std::string comparison_of(const std::string& base, const std::string& head) {
  const nlohmann::ordered_json before = reports::read_results(base);
  const nlohmann::ordered_json after = reports::read_results(head);
  try {
    return reports::compare_text(before, after);
  } catch (const nlohmann::json::exception&) {
    throw std::invalid_argument(base + " or " + head + " is damaged: a field is missing or of another type");
  }
}

}  // namespace

void add_compare(Context context) {
  struct Files {
    std::string base;
    std::string head;
  };
  auto files = std::make_shared<Files>();
  CLI::App* verb = context.app.add_subcommand(
      "compare",
      "Two results files side by side, and what may be concluded\nExample: tandem compare old.json new.json");
  verb->add_option("BASE", files->base, "Results file of tandem run or tandem bench")->required();
  verb->add_option("NEW", files->head, "Another one")->required();
  verb->callback([files] { fmt::print("{}", comparison_of(files->base, files->head)); });
}

}  // namespace tandem::program
