#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "reports/page/axis.hpp"
#include "reports/page/template.hpp"
#include "reports/page/text.hpp"
#include "reports/page/views.hpp"

namespace tandem::reports {
namespace {

/// Bars end there: the slow reference, a thousand times slower, would leave nothing of the others'.
constexpr double slowest_bar = 0.02;

/// The bar from equal speed to the median, and the whisker over its interval.
Json bar_view(const Row& row, const Axis& axis) {
  Json bar = {{"one", per_cent_text(axis.place(1))}, {"there", false}};
  if (!row.over_sequential) return bar;
  const double one = axis.place(1);
  const double end = axis.place(row.over_sequential->estimate);
  bar["there"] = true;
  bar["x"] = per_cent_text(std::min(one, end));
  bar["width"] = per_cent_text(std::max(std::abs(end - one), 0.004));
  bar["low"] = per_cent_text(axis.place(row.over_sequential->low));
  bar["high"] = per_cent_text(axis.place(row.over_sequential->high));
  bar["cut"] = row.over_sequential->estimate < axis.low();
  return bar;
}

std::string roof_text(const Row& row) {
  if (!row.roof) return "";
  std::string text = fmt::format("{:.0f} %", 100 * *row.roof);
  if (!row.binds.empty()) text += " " + shortened(row.binds, 20);
  return text;
}

Json ratio_view(const std::optional<Interval>& ratio) {
  if (!ratio) return {{"there", false}};
  return {{"there", true}, {"median", times_text(ratio->estimate)}, {"range", range_text(*ratio)}};
}

Json row_view(const Row& row, const Axis& axis, const std::string& label, bool shares, const std::string& colour,
              const Row* peer) {
  const bool baseline = row.variant == row.best_sequential && row.threads == 1;
  Json view = {{"name", shortened(row.name, 60)},
               {"label", label},
               {"colour", colour},
               {"timed", row.timed()},
               {"status", shortened(row.status, 40)},
               {"message", shortened(row.message, 300)}};
  if (!row.timed()) return view;
  view["bar"] = bar_view(row, axis);
  view["baseline"] = baseline;
  view["sequential"] = baseline ? Json{{"there", false}} : ratio_view(row.over_sequential);
  view["over_reference"] = ratio_view(row.reference() ? std::nullopt : row.over_reference);
  view["over_peer"] = ratio_view(peer == nullptr || row.peer ? std::nullopt : ratio_of(row, *peer));
  view["time"] = duration_text(*row.seconds);
  view["steps"] = row.steps ? count_text(*row.steps) : "";
  view["roof"] = shares ? roof_text(row) : "";
  view["error"] = row.error ? (*row.error == 0 ? "exact" : fmt::format("{:.1e}", *row.error)) : "";
  return view;
}

/// Fastest first, the reference last.
std::vector<const Row*> in_order(const Workload& workload) {
  std::vector<const Row*> rows;
  for (const Row& row : workload.rows) {
    if (row.timed() || row.refused()) rows.push_back(&row);
  }
  std::ranges::stable_sort(rows, [](const Row* one, const Row* other) {
    const auto key = [](const Row* row) {
      return std::tuple(!row->refused(), row->reference(), row->seconds.value_or(0));
    };
    return key(one) < key(other);
  });
  return rows;
}

struct PlacedRow {
  std::size_t file;
  const Row* row;
};

/// The rows of all files: those of one name stand together, in the order of the first file that has it.
std::vector<PlacedRow> in_groups(const std::vector<const Workload*>& of_files) {
  std::vector<PlacedRow> placed;
  for (std::size_t file = 0; file < of_files.size(); ++file) {
    if (of_files[file] == nullptr) continue;
    const bool alone = placed.empty();
    for (const Row* row : in_order(*of_files[file])) {
      auto behind = placed.end();
      if (!alone) {
        const auto same = std::find_if(placed.rbegin(), placed.rend(),
                                       [&](const PlacedRow& one) { return one.row->name == row->name; });
        behind = same != placed.rend()
                     ? same.base()
                     : std::ranges::find_if(placed, [](const PlacedRow& one) { return one.row->reference(); });
      }
      placed.insert(behind, {file, row});
    }
  }
  return placed;
}

/// "not run at this size: a, b": the rows that were left out, by their reasons.
Json left_out_view(const Workload& workload, const std::string& label) {
  std::map<std::string, std::set<std::string>> reasons;
  for (const Row& row : workload.rows) {
    if (!row.timed() && !row.refused()) reasons[shortened(row.message, 200)].insert(shortened(row.variant, 60));
  }
  Json view = Json::array();
  for (const auto& [reason, variants] : reasons) {
    std::string names;
    for (const std::string& variant : variants) names += (names.empty() ? "" : ", ") + variant;
    view.push_back({{"label", label}, {"reason", reason.empty() ? "left out" : reason}, {"names", names}});
  }
  return view;
}

}  // namespace

std::string workload_html(const Page& page, const Method& method, const Workload& workload, const Colours& colours) {
  Axis axis;
  axis.set_logarithmic(true);
  axis.include(1);
  std::vector<const Workload*> of_files;
  for (const Results& results : page.files) {
    of_files.push_back(find_workload(results, method.name, workload.name));
    if (of_files.back() == nullptr) continue;
    for (const Row& row : of_files.back()->rows) {
      if (!row.timed() || !row.over_sequential || row.reference()) continue;
      axis.include(std::max(row.over_sequential->estimate, slowest_bar));
      axis.include(row.over_sequential->high);
    }
  }
  // A little room at both ends; decades would leave most of the picture empty.
  axis.include(axis.low() / 1.15);
  axis.include(axis.high() * 1.15);

  Json rows = Json::array();
  Json left_out = Json::array();
  bool references = false;
  bool peers = false;
  bool roofs = false;
  bool steps = false;
  std::string baseline;
  std::vector<const Row*> peer_of;
  for (const Workload* one : of_files) {
    peer_of.push_back(one == nullptr ? nullptr : fastest(*one, [](const Row& row) { return row.peer; }));
  }
  const Row* before = nullptr;
  for (const auto& [file, row] : in_groups(of_files)) {
    const bool shares = !member(page.files[file].context, "suspect_peaks").is_string();
    Json view = row_view(*row, axis, page.label(file), shares, colours.of(*row), peer_of[file]);
    const bool begins = page.compares() && before != nullptr && before->name != row->name;
    view["class"] = row->refused() ? "refused" : begins ? "begins" : "";
    rows.push_back(std::move(view));
    before = row;
    references = references || (row->timed() && !row->reference() && row->over_reference.has_value());
    peers = peers || (row->timed() && peer_of[file] != nullptr && !row->peer);
    roofs = roofs || (row->timed() && shares && row->roof.has_value());
    steps = steps || (row->timed() && row->steps.has_value() && !method.step_name.empty());
    if (!row->best_sequential.empty() && baseline.find(row->best_sequential) == std::string::npos) {
      baseline += (baseline.empty() ? "" : ", ") + shortened(row->best_sequential, 60);
    }
  }
  for (std::size_t file = 0; file < of_files.size(); ++file) {
    if (of_files[file] == nullptr) continue;
    for (Json& reason : left_out_view(*of_files[file], page.label(file))) left_out.push_back(std::move(reason));
  }
  if (rows.empty() && left_out.empty()) return "";
  const bool named = !workload.headline.empty() && workload.headline != method.name + " / " + workload.name;
  return render("workload.mustache", {{"method", method.name},
                                      {"workload", workload.name},
                                      {"title", shortened(workload.name, 80)},
                                      {"words", named ? shortened(workload.headline, 80) : ""},
                                      {"open", !workload.headline.empty()},
                                      {"bars", !workload.headline.empty() || page.draws_every_row()},
                                      {"rows", rows},
                                      {"compares", page.compares()},
                                      {"references", references},
                                      {"peers", peers},
                                      {"roofs", roofs},
                                      {"steps_shown", steps},
                                      {"step_name", shortened(method.step_name, 20)},
                                      {"baseline_name", baseline.empty() ? "best on one thread" : baseline},
                                      {"left_out", left_out}});
}

}  // namespace tandem::reports
