#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <stdexcept>

#include "program/program.hpp"
#include "program/results.hpp"
#include "reports/markdown.hpp"

namespace tandem::program {
namespace {

struct ReportOptions {
  std::vector<std::string> files;
  std::string out = ".";
};

std::string page_of(const std::string& file) {
  const nlohmann::ordered_json results = reports::read_results(file);
  try {
    return reports::markdown_page(results);
  } catch (const nlohmann::json::exception&) {
    throw std::invalid_argument(file + " is damaged: a field is missing or of another type");
  }
}

/// One page per results file, named after it.
void report(const ReportOptions& options) {
  std::vector<std::pair<std::filesystem::path, std::string>> pages;
  for (const std::string& file : options.files) {
    const auto page = std::filesystem::path(options.out) / std::filesystem::path(file).stem().concat(".md");
    for (const auto& [other, text] : pages) {
      if (other == page) throw std::invalid_argument("two of the files would write " + page.string());
    }
    pages.emplace_back(page, page_of(file));
  }
  std::filesystem::create_directories(options.out);
  for (const auto& [path, text] : pages) {
    write_whole(path, text);
    fmt::print("{}\n", path.string());
  }
}

}  // namespace

void add_report(Context context) {
  auto options = std::make_shared<ReportOptions>();
  CLI::App* verb = context.app.add_subcommand(
      "report", "Pages from results files\nExample: tandem report results/latest/results.json --out pages");
  verb->add_option("FILE", options->files, "Results files of tandem run or tandem bench")->required();
  verb->add_option("--out", options->out, "Folder for the pages")->capture_default_str();
  verb->callback([options] { report(*options); });
}

}  // namespace tandem::program
