#include "benchmarks/suite/registry.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <stdexcept>
#include <utility>

namespace tandem::suite {
namespace {

// A function's static, so that methods can register themselves before main() in any order.
std::vector<std::unique_ptr<AnyMethod>>& registry() {
  static std::vector<std::unique_ptr<AnyMethod>> methods;
  return methods;
}

bool is_last_word(std::string_view name, std::string_view word) {
  return name == word || (name.ends_with(word) && name[name.size() - word.size() - 1] == '_');
}

void require_plain(std::string_view name) {
  const bool plain = std::ranges::all_of(name, [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
  if (name.empty() || !plain) {
    throw std::logic_error("the name '" + std::string(name) + "' must consist of letters, digits and _");
  }
}

/// The place of the card of that name; throws std::invalid_argument that lists the names of all.
template <class Card>
std::size_t index_of(const std::vector<Card>& cards, std::string_view name, const std::string& method,
                     const std::string& what) {
  const auto found = std::ranges::find(cards, name, &Card::name);
  if (found != cards.end()) return static_cast<std::size_t>(found - cards.begin());
  std::string names;
  for (const Card& card : cards) names += (names.empty() ? "" : ", ") + card.name;
  throw std::invalid_argument(method + " has no " + what + " '" + std::string(name) + "'; its " + what +
                              "s are: " + names);
}

}  // namespace

std::span<const std::pair<const char*, Scheduler>> schedulers_of(Rows rows) {
  static constexpr std::pair<const char*, Scheduler> all[] = {
      {"", Scheduler::sequential}, {"_omp", Scheduler::openmp}, {"_tbb", Scheduler::one_tbb}};
  switch (rows) {
    case Rows::one:
      return std::span(all).first(1);
    case Rows::scheduled:
      return all;
    case Rows::scheduled_only:
      return std::span(all).last(2);
    case Rows::openmp_too:
      return std::span(all).first(2);
  }
  return {};
}

double Growth::steps(double size) const { return constant * std::pow(size, exponent); }

VariantTraits::VariantTraits(std::string_view name)
    : reference(name == "reference"),
      openmp(is_last_word(name, "omp")),
      threaded(openmp || is_last_word(name, "tbb")),
      peer(name.starts_with("peer_")) {}

const std::vector<std::unique_ptr<AnyMethod>>& methods() { return registry(); }

const AnyMethod& method_named(std::string_view name) {
  std::string names;
  for (const auto& method : registry()) {
    if (method->name == name) return *method;
    if (!method->hidden) names += (names.empty() ? "" : ", ") + method->name;
  }
  throw std::invalid_argument("there is no method '" + std::string(name) + "'; the methods are: " + names);
}

std::size_t AnyMethod::variant_index(std::string_view variant) const {
  return index_of(variants, variant, name, "variant");
}

std::size_t AnyMethod::workload_index(std::string_view workload) const {
  return index_of(workloads, workload, name, "workload");
}

void add_method(std::unique_ptr<AnyMethod> method) {
  auto& all = registry();
  require_plain(method->name);
  for (const VariantCard& variant : method->variants) require_plain(variant.name);
  for (const WorkloadCard& workload : method->workloads) require_plain(workload.name);
  const auto place = std::ranges::lower_bound(all, method->name, {}, [](const auto& other) { return other->name; });
  if (place != all.end() && (*place)->name == method->name) {
    throw std::logic_error("two methods are called " + method->name);
  }
  if (method->variants.empty() || !method->variants.front().traits.reference) {
    throw std::logic_error(method->name + ": the first variant must be the reference");
  }
  if (!method->baseline.empty()) method->variant_index(method->baseline);
  if (method->workloads.empty()) throw std::logic_error(method->name + " has no workload");
  all.insert(place, std::move(method));
}

}  // namespace tandem::suite
