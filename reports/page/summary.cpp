#include <fmt/format.h>

#include "reports/claims.hpp"
#include "reports/page/page.hpp"
#include "reports/page/text.hpp"
#include "reports/page/views.hpp"
#include "reports/table.hpp"

namespace tandem::reports {
namespace {

/// A line break would end a row of a table.
std::string in_one_line(std::string text) {
  for (char& letter : text) {
    if (static_cast<unsigned char>(letter) < ' ') letter = ' ';
  }
  return text;
}

std::string headlines_of(const Results& results) {
  Table table({{"headline"},
               {"best implementation"},
               {"time per item", Align::right},
               {"over the reference", Align::right},
               {"over the best on one thread", Align::right},
               {"over the best library", Align::right}});
  for (const Family& family : results.families) {
    for (const Method& method : family.methods) {
      for (const Workload& workload : method.workloads) {
        if (workload.headline.empty()) continue;
        const Headline headline = headline_of(&workload);
        const bool timed = headline.best != nullptr;
        table.add({in_one_line(shortened(workload.headline, 80)),
                   timed ? in_one_line(shortened(headline.best->name, 60)) : "not timed",
                   timed ? duration_text(*headline.best->seconds) : "", interval_text(headline.over_reference),
                   interval_text(headline.over_sequential), interval_text(headline.over_peer)});
      }
    }
  }
  return table.empty() ? "" : table.text() + "\n";
}

/// A list: a hundred claims in a table that lines up would be more than a comment on a pull request may have.
std::string claims_of(const std::vector<Claim>& claims, const char* title) {
  std::string list;
  for (const Claim& claim : claims) {
    const auto part = [](const std::string& text) { return in_one_line(shortened(text, 140)); };
    list += fmt::format("- **{}** {}: {} ({})\n", part(claim.verdict), part(claim.family + " " + claim.id),
                        part(claim.statement), part(claim.measured));
  }
  return list.empty() ? "" : fmt::format("## {}\n\n{}\n", title, list);
}

}  // namespace

std::string markdown_summary(const std::vector<Results>& files) {
  std::string text = "# Tandem report\n\n";
  for (const Results& results : files) {
    text += in_one_line(results.title) + ". ";
    if (flag_in(results.context, "partial")) text += "**Partial: the run was interrupted.** ";
    text += agreement_sentence(results) + "\n\n";
    for_each_row(results, [&](const Family&, const Method& method, const Workload& workload, const Row& row) {
      if (!row.refused()) return;
      text += in_one_line(shortened(fmt::format("- **{}** {}/{}/{}: {}", row.status, method.name, row.variant,
                                                workload.name, row.message),
                                    400)) +
              "\n";
    });
    text += headlines_of(results) + claims_of(results.claims, "Claims") +
            claims_of(results.targets, "Targets of this project");
  }
  return text + "The page beside this file has everything.\n";
}

}  // namespace tandem::reports
