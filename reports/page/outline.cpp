#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "reports/page/chart.hpp"
#include "reports/page/views.hpp"

namespace tandem::reports {
namespace {

/// The element of that name, added where there is none.
template <class Element>
Element& named(std::vector<Element>& elements, const Element& fresh) {
  const auto found = std::ranges::find(elements, fresh.name, &Element::name);
  return found == elements.end() ? elements.emplace_back(fresh) : *found;
}

Family without_methods(Family family) {
  family.methods.clear();
  return family;
}

Method without_workloads(Method method) {
  method.workloads.clear();
  return method;
}

}  // namespace

std::string Page::label(std::size_t file) const {
  if (!compares()) return "";
  return file < 26 ? std::string(1, static_cast<char>('A' + file)) : fmt::format("{}", file + 1);
}

Page page_of(std::vector<Results> files) {
  Page page{std::move(files), {}};
  for (const Results& results : page.files) {
    for (const Family& family : results.families) {
      Family& of_page = named(page.outline, without_methods(family));
      for (const Method& method : family.methods) {
        Method& of_family = named(of_page.methods, without_workloads(method));
        for (const Workload& workload : method.workloads) {
          Workload& of_method = named(of_family.workloads, Workload{workload.name, workload.headline, {}});
          if (of_method.headline.empty()) of_method.headline = workload.headline;
          page.rows += workload.rows.size();
        }
      }
    }
  }
  return page;
}

std::string idea_of(const std::string& variant) {
  static const std::array<std::string, 5> endings = {"_omp", "_tbb", "_simd", "_eigen", "_scalar"};
  std::string idea = variant;
  for (bool shorter = true; shorter;) {
    shorter = false;
    for (const std::string& ending : endings) {
      if (!idea.ends_with(ending) || idea.size() == ending.size()) continue;
      idea.resize(idea.size() - ending.size());
      shorter = true;
    }
  }
  return idea;
}

Colours::Colours(const std::string& family, const Page& page) {
  for (const Results& results : page.files) {
    const Family* const found = find_family(results, family);
    if (found == nullptr) continue;
    for (const Method& method : found->methods) {
      for (const Workload& workload : method.workloads) {
        for (const Row& row : workload.rows) {
          if (row.peer || row.reference()) continue;
          of_idea_.try_emplace(idea_of(row.variant), colour_at(of_idea_.size()));
        }
      }
    }
  }
}

std::string Colours::of(const std::string& variant, bool peer) const {
  if (variant == "reference") return "reference";
  if (peer) return "peer";
  const auto found = of_idea_.find(idea_of(variant));
  return found == of_idea_.end() ? "c0" : found->second;
}

std::string Colours::of(const Row& row) const { return of(row.variant, row.peer); }

}  // namespace tandem::reports
