#include <fmt/format.h>

#include <algorithm>

#include "reports/page/template.hpp"
#include "reports/page/text.hpp"
#include "reports/page/views.hpp"

namespace tandem::reports {
namespace {

/// The pictures that the claims about this family hand over, from the first file that has any.
std::string claimed_pictures(const Page& page, const Family& family) {
  for (const Results& results : page.files) {
    std::string html;
    for (const std::vector<Claim>* list : {&results.claims, &results.targets}) {
      for (const Claim& claim : *list) {
        const std::string pictures = claim.family == family.name ? pictures_html(claim.pictures) : "";
        if (pictures.empty()) continue;
        html += render("claimed.mustache", {{"anchor", "picture-" + anchor(claim.family + " " + claim.id)},
                                            {"id", shortened(claim.id, 40)},
                                            {"verdict", shortened(claim.verdict, 40)},
                                            {"statement", shortened(claim.statement, 300)},
                                            {"pictures", pictures}});
      }
    }
    if (!html.empty()) return html;
  }
  return "";
}

}  // namespace

std::string family_html(const Page& page, const Family& family) {
  const Colours colours(family.name, page);
  Json methods = Json::array();
  std::string growth;
  for (const Method& method : family.methods) {
    std::string open;
    std::string closed;
    double others = 0;
    for (const Workload& workload : method.workloads) {
      const std::string html = workload_html(page, method, workload, colours);
      (workload.headline.empty() ? closed : open) += html;
      others += workload.headline.empty() && !html.empty() ? 1 : 0;
    }
    growth += growth_html(page, method, colours);
    methods.push_back({{"name", shortened(method.name, 80)},
                       {"summary", shortened(method.summary, 400)},
                       {"source", source_html(shortened(method.source, 300))},
                       {"headlines", open},
                       {"others", closed},
                       {"count", counted(others, open.empty() ? "workload" : "more workload")}});
  }
  const bool link = family.source.starts_with("https://");
  return render("family.mustache", {{"id", "family-" + anchor(family.name)},
                                    {"title", shortened(family.title, 80)},
                                    {"formula", formula_html(shortened(family.formula, 300))},
                                    {"text", shortened(family.text, 1000)},
                                    {"link", link ? family.source : ""},
                                    {"source", link ? "" : source_html(shortened(family.source, 300))},
                                    {"methods", methods},
                                    {"roofline", roofline_html(page, family, colours)},
                                    {"growth", growth},
                                    {"threads", threads_html(page, family, colours)},
                                    {"width", width_html(page, family, colours)},
                                    {"agreement", agreement_html(page, family, colours)},
                                    {"pictures", claimed_pictures(page, family)}});
}

}  // namespace tandem::reports
