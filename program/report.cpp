#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <system_error>

#include "impl/support/whole_file.hpp"
#include "program/pages.hpp"
#include "program/program.hpp"
#include "reports/results_file.hpp"

namespace tandem::program {
namespace {

struct ReportOptions {
  std::vector<std::string> files;
  std::string out = ".";
  std::string verify;
};

int report(const ReportOptions& options) {
  if (!options.verify.empty()) {
    if (!options.files.empty()) throw std::invalid_argument("--verify takes a page and no results files");
    return verify_page(options.verify) ? Exit::all_well : Exit::check_failed;
  }
  if (options.files.empty()) throw std::invalid_argument("report needs a results file, or --verify and a page");
  std::vector<reports::Results> files;
  for (const std::string& path : options.files) {
    std::string text = reports::read_text(path);
    const auto json = reports::parse_results(text, path);
    files.push_back(reports::results_of(json, std::move(text)));
  }
  make_folder(options.out);
  fmt::print("{}\n", write_pages(options.out, std::move(files)).string());
  return Exit::all_well;
}

}  // namespace

void add_report(Context context) {
  auto options = std::make_shared<ReportOptions>();
  CLI::App* verb = context.app.add_subcommand(
      "report",
      "One page from results files: report.html, and report.md with the headlines; several files stand side by side\n"
      "Example: tandem report results/latest/results.json --out pages");
  verb->add_option("FILE", options->files, "Results files of tandem run or tandem bench");
  verb->add_option("--out", options->out, "Folder for the page")->capture_default_str();
  verb->add_option("--verify", options->verify,
                   "A page: make the inputs of its rows again, and say whether this build would measure the same work");
  verb->callback([options, &status = context.status] { status = report(*options); });
}

}  // namespace tandem::program
