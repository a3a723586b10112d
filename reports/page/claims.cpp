#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "reports/page/chart.hpp"
#include "reports/page/template.hpp"
#include "reports/page/text.hpp"
#include "reports/page/views.hpp"

namespace tandem::reports {
namespace {

struct Verdict {
  const char* words;  ///< as the results file has them
  const char* name;   ///< a class of the style sheet
  const char* sign;   ///< so that nobody needs the colour
};
constexpr std::array<Verdict, 6> verdicts = {{{"confirmed", "confirmed", "✓"},
                                              {"unstable", "unstable", "≈"},
                                              {"refuted", "refuted", "✗"},
                                              {"undecided here", "undecided", "?"},
                                              {"not testable here", "untestable", "–"},
                                              {"", "other", "·"}}};

const Verdict& verdict_of(const Claim& claim) {
  const auto found =
      std::ranges::find_if(verdicts, [&](const Verdict& verdict) { return claim.verdict == verdict.words; });
  return found == verdicts.end() ? verdicts.back() : *found;
}

/// The bar of verdicts: a segment for each, as wide as its share. Its figures are added to `csv`.
Json bar_view(const std::vector<Claim>& claims, const std::string& label, std::string& csv) {
  Json segments = Json::array();
  double before = 0;
  const auto all = static_cast<double>(claims.size());
  for (const Verdict& verdict : verdicts) {
    const auto count = static_cast<double>(
        std::ranges::count_if(claims, [&](const Claim& claim) { return &verdict_of(claim) == &verdict; }));
    if (count == 0) continue;
    const std::string words = *verdict.words == 0 ? "of another verdict" : verdict.words;
    csv += fmt::format("{},{},{}\n", label, words, count);
    segments.push_back({{"class", verdict.name},
                        {"sign", verdict.sign},
                        {"words", words},
                        {"count", thousands_text(count)},
                        {"x", place_text(100 * before / all) + "%"},
                        {"width", place_text(100 * count / all) + "%"}});
    before += count;
  }
  return segments;
}

using ClaimList = std::vector<Claim> Results::*;

/// The claim of that name in each file, with its verdict there.
Json claim_view(const Page& page, ClaimList list, const Claim& claim) {
  Json found = Json::array();
  std::string classes;
  bool picture = false;
  for (std::size_t file = 0; file < page.files.size(); ++file) {
    for (const Claim& other : page.files[file].*list) {
      if (other.id != claim.id || other.family != claim.family) continue;
      const Verdict& verdict = verdict_of(other);
      classes += std::string(" is-") + verdict.name;
      picture = picture || !other.pictures.empty();
      found.push_back({{"label", page.label(file)},
                       {"class", verdict.name},
                       {"sign", verdict.sign},
                       {"verdict", other.verdict.empty() ? "no verdict" : shortened(other.verdict, 40)},
                       {"measured", shortened(other.measured, 600)},
                       {"cases", other.cases ? counted(*other.cases, "case") : ""},
                       {"seconds", other.seconds ? duration_text(*other.seconds) : ""}});
      break;
    }
  }
  return {{"name", shortened(claim.family + " " + claim.id, 60)},
          {"statement", shortened(claim.statement, 600)},
          {"threshold", shortened(claim.threshold, 300)},
          {"source", source_html(shortened(claim.source, 200))},
          {"picture", picture ? "picture-" + anchor(claim.family + " " + claim.id) : ""},
          {"classes", classes},
          {"found", found}};
}

Json list_view(const Page& page, ClaimList list, const char* title, const char* sentence) {
  Json claims = Json::array();
  std::vector<const Claim*> seen;
  for (const Results& results : page.files) {
    for (const Claim& claim : results.*list) {
      const bool known = std::ranges::any_of(
          seen, [&](const Claim* other) { return other->id == claim.id && other->family == claim.family; });
      if (known) continue;
      seen.push_back(&claim);
      claims.push_back(claim_view(page, list, claim));
    }
  }
  return {{"title", title}, {"sentence", sentence}, {"claims", claims}, {"any", !claims.empty()}};
}

}  // namespace

std::string verdicts_html(const Page& page) {
  Json bars = Json::array();
  std::string csv = "run,verdict,claims\n";
  for (std::size_t file = 0; file < page.files.size(); ++file) {
    const auto& claims = page.files[file].claims;
    if (claims.empty()) continue;
    bars.push_back({{"label", page.label(file)},
                    {"count", counted(static_cast<double>(claims.size()), "published claim")},
                    {"segments", bar_view(claims, page.label(file), csv)}});
  }
  return bars.empty() ? "" : render("verdicts.mustache", {{"bars", bars}, {"figures", figures_html(csv)}});
}

std::string claims_html(const Page& page) {
  Json lists = Json::array();
  lists.push_back(
      list_view(page, &Results::claims, "Claims put to the test", "What posts and papers say, as experiments."));
  lists.push_back(list_view(page, &Results::targets, "Targets of this project",
                            "What only this project says or aims at, tested in the same way."));
  Json filters = Json::array();
  for (const Verdict& verdict : verdicts) {
    if (*verdict.words != 0)
      filters.push_back({{"class", verdict.name}, {"sign", verdict.sign}, {"words", verdict.words}});
  }
  const bool any = lists[0]["any"].get<bool>() || lists[1]["any"].get<bool>();
  return any ? render("claims.mustache", {{"lists", lists}, {"filters", filters}}) : "";
}

}  // namespace tandem::reports
