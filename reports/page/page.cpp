#include "reports/page/page.hpp"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

#include "reports/page/template.hpp"
#include "reports/page/text.hpp"
#include "reports/page/views.hpp"

namespace tandem::reports {
namespace {

std::string navigation_html(const Page& page, bool claims) {
  Json links = Json::array();
  for (const Family& family : page.outline) {
    links.push_back({{"to", "family-" + anchor(family.name)}, {"text", shortened(family.title, 60)}});
  }
  if (claims) links.push_back({{"to", "claims"}, {"text", "Claims"}});
  if (page.compares()) links.push_back({{"to", "comparison"}, {"text", "Side by side"}});
  links.push_back({{"to", "method"}, {"text", "How it was measured"}});
  links.push_back({{"to", "machine"}, {"text", "Machine and raw data"}});
  return render("navigation.mustache", {{"links", links}});
}

}  // namespace

std::string html_page(std::vector<Results> files) {
  if (files.empty()) throw std::invalid_argument("A page needs a results file.");
  const Page page = page_of(std::move(files));
  std::string families;
  for (const Family& family : page.outline) families += family_html(page, family);
  const std::string claims = claims_html(page);
  return render("page.mustache", {{"title", page.compares() ? fmt::format("Tandem: {} runs", page.files.size())
                                                            : "Tandem: " + shortened(page.files[0].title, 120)},
                                  {"style", std::string(template_text("page.css"))},
                                  {"script", std::string(template_text("page.js"))},
                                  {"first_screen", first_screen_html(page)},
                                  {"navigation", navigation_html(page, !claims.empty())},
                                  {"comparison", comparison_html(page)},
                                  {"families", families},
                                  {"claims", claims},
                                  {"method", method_html(page)},
                                  {"provenance", provenance_html(page)}});
}

}  // namespace tandem::reports
