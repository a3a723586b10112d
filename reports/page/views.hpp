// The parts of the page, each from results to HTML.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "reports/page/results.hpp"

namespace tandem::reports {

struct Page {
  std::vector<Results> files;
  std::vector<Family> outline;  ///< families, methods and workloads of all files, without rows
  std::size_t rows = 0;         ///< of all files

  bool compares() const { return files.size() > 1; }
  /// Bars of more rows would make a page of more than 2 MB: headlines alone have them then, and the others tables.
  bool draws_every_row() const { return rows <= 1500; }
  /// "A", "B", ... where there are several files.
  std::string label(std::size_t file) const;
};

/// A page of one or several results files; makes the outline.
Page page_of(std::vector<Results> files);

/// The idea behind a variant: its name without what says how it was written or scheduled ("_simd", "_omp", ...).
std::string idea_of(const std::string& variant);

/// A class of the style sheet for each idea of a family, the same in all pictures; "reference" and peers have their
/// own.
class Colours {
 public:
  explicit Colours(const std::string& family, const Page& page);
  std::string of(const Row& row) const;
  std::string of(const std::string& variant, bool peer) const;

 private:
  std::map<std::string, std::string> of_idea_;
};

/// What the first screen says of a headline workload in one file.
struct Headline {
  const Row* best = nullptr;  ///< the fastest of this project's rows
  std::optional<Interval> over_reference;
  std::optional<Interval> over_sequential;
  std::optional<Interval> over_peer;
  std::string peer;  ///< the fastest of the peers
};
Headline headline_of(const Workload* workload);

/// Whether everything agreed, and what was left out.
std::string agreement_sentence(const Results& results);

std::string first_screen_html(const Page& page);
std::string family_html(const Page& page, const Family& family);
std::string workload_html(const Page& page, const Method& method, const Workload& workload, const Colours& colours);
std::string roofline_html(const Page& page, const Family& family, const Colours& colours);
std::string growth_html(const Page& page, const Method& method, const Colours& colours);
std::string threads_html(const Page& page, const Family& family, const Colours& colours);
std::string width_html(const Page& page, const Family& family, const Colours& colours);
std::string agreement_html(const Page& page, const Family& family, const Colours& colours);
std::string pictures_html(const Json& pictures);
/// The bar of verdicts on the first screen.
std::string verdicts_html(const Page& page);
std::string claims_html(const Page& page);
std::string comparison_html(const Page& page);
std::string method_html(const Page& page);
std::string provenance_html(const Page& page);

}  // namespace tandem::reports
