#include "program/pages.hpp"

#include <utility>

#include "impl/support/whole_file.hpp"
#include "reports/page/page.hpp"

namespace tandem::program {

std::filesystem::path write_pages(const std::filesystem::path& folder, std::vector<reports::Results> files) {
  write_whole(folder / "report.md", reports::markdown_summary(files));
  std::filesystem::path page = folder / "report.html";
  write_whole(page, reports::html_page(std::move(files)));
  return page;
}

}  // namespace tandem::program
