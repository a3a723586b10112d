// What a reader gets of results files: a page, and a few lines of Markdown.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "reports/page/results.hpp"

namespace tandem::program {

/// Writes report.html and report.md into the folder and returns the path of the page. Throws std::runtime_error that
/// names the file which could not be written.
std::filesystem::path write_pages(const std::filesystem::path& folder, std::vector<reports::Results> files);

/// Makes the inputs of every results file inside the page again and compares their hashes: prints what differs, and
/// whether this build would measure the same work. True if it would. Throws std::invalid_argument for what is no page.
bool verify_page(const std::string& path);

}  // namespace tandem::program
