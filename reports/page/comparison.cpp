#include <fmt/format.h>

#include "reports/compare.hpp"
#include "reports/page/template.hpp"
#include "reports/page/text.hpp"
#include "reports/page/views.hpp"
#include "reports/table.hpp"

namespace tandem::reports {
namespace {

/// How the best implementation fares against its own reference, beside the first file; nothing where either was not
/// raced against one, or where it is another implementation: then two things would differ at once.
std::optional<Interval> change_of(const Headline& base, const Headline& head) {
  if (base.best == nullptr || head.best == nullptr || base.best->name != head.best->name) return std::nullopt;
  if (!base.over_reference || !head.over_reference) return std::nullopt;
  if (base.best->hash != head.best->hash) return std::nullopt;
  return quotient(*head.over_reference, *base.over_reference);
}

Json cell_of(const Headline& headline) {
  if (headline.best == nullptr) return {{"there", false}};
  return {{"there", true},
          {"time", duration_text(*headline.best->seconds)},
          {"variant", shortened(headline.best->name, 60)},
          {"ratio", interval_text(headline.over_reference)}};
}

}  // namespace

std::string comparison_html(const Page& page) {
  if (!page.compares()) return "";
  Json rows = Json::array();
  for (const Family& family : page.outline) {
    for (const Method& method : family.methods) {
      for (const Workload& workload : method.workloads) {
        if (workload.headline.empty()) continue;
        const Headline base = headline_of(find_workload(page.files[0], method.name, workload.name));
        Json cells = Json::array();
        for (std::size_t file = 0; file < page.files.size(); ++file) {
          const Headline head = headline_of(find_workload(page.files[file], method.name, workload.name));
          Json cell = cell_of(head);
          cell["change"] = file == 0 ? "" : interval_text(change_of(base, head));
          cell["second"] = file > 0;
          cells.push_back(std::move(cell));
        }
        rows.push_back({{"words", shortened(workload.headline, 80)}, {"cells", cells}});
      }
    }
  }
  Json cautious = Json::array();
  Json files = Json::array();
  for (std::size_t file = 0; file < page.files.size(); ++file) {
    files.push_back({{"label", page.label(file)}, {"first", file == 0}, {"base", page.label(0)}});
    if (file == 0) continue;
    for (const std::string& sentence :
         cautions(page.files[0].context, page.files[file].context, page.label(0), page.label(file))) {
      cautious.push_back(
          {{"pair", page.label(0) + " and " + page.label(file)}, {"sentence", shortened(sentence, 600)}});
    }
  }
  return render("comparison.mustache", {{"rows", rows}, {"files", files}, {"cautions", cautious}});
}

}  // namespace tandem::reports
