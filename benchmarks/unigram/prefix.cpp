// unigram_prefix: all pieces that begin with the end of a text, for a thousand ends.
#include <limits>

#include "benchmarks/suite/hash.hpp"
#include "benchmarks/unigram/support.hpp"
#include "problems/unigram/texts.hpp"

namespace tandem::unigram {
namespace {

struct Search {
  std::shared_ptr<const Prepared> prepared;
  std::shared_ptr<const PrefixIndex> index;
  std::vector<std::string> prefixes{};
};

Search search(const std::shared_ptr<const Prepared>& prepared, std::size_t count, std::uint64_t seed) {
  return {.prepared = prepared,
          .index = std::make_shared<const PrefixIndex>(*prepared->vocabulary),
          .prefixes = random_prefixes(prepared->vocabulary->pieces, count, seed)};
}

using Found = std::vector<Tokens>;

void describe(const Search& search, suite::Fields<Found>& fields) {
  fields.equal("pieces found", suite::itself, search.prefixes.size());
}

/// What was found has the prefix, without gaps in the order of the pieces.
std::optional<std::string> certificate(const Search& search, const Found& found) {
  if (found.size() != search.prefixes.size()) return "an answer is missing";
  for (std::size_t i = 0; i < found.size(); ++i) {
    for (const std::uint32_t token : found[i]) {
      const auto& pieces = search.prepared->vocabulary->pieces;
      if (token >= pieces.size() || !pieces[token].starts_with(search.prefixes[i])) return "a piece lacks the prefix";
    }
  }
  return std::nullopt;
}

template <class Find>
auto row(const char* name, suite::Growth growth, Find find) {
  return suite::Variant<Search, Found>{.name = name,
                                       .run =
                                           [find](const Search& search, Found& found, const Execution&) {
                                             for (std::size_t i = 0; i < found.size(); ++i) {
                                               find(search, search.prefixes[i], found[i]);
                                             }
                                           },
                                       .growth = growth};
}

suite::Workload<Search> workload(std::size_t prefixes, bool quick) {
  return {.name = "shipped_" + std::to_string(prefixes),
          .size = static_cast<double>(prefixes),
          .quick = quick,
          .make = [=](std::uint64_t seed) { return search(workloads()[0].make(seed).prepared, prefixes, seed); }};
}

const suite::Registered<Search, Found> registered(
    {.name = "unigram_prefix",
     .summary = "all pieces of a vocabulary that begin with a given text, for many texts",
     .source = "kexue.fm 9762",
     .variants = {row("reference", {1, 16'000},
                      [](const Search& search, const std::string& prefix, Tokens& tokens) {
                        tokens = with_prefix(*search.prepared->vocabulary, prefix);
                      }),
                  row("sorted", {1, 10},
                      [](const Search& search, const std::string& prefix, Tokens& tokens) {
                        const auto found = search.index->find(prefix);
                        tokens.assign(found.begin(), found.end());
                      })},
     .workloads = {workload(100, /*quick=*/false), workload(500, /*quick=*/true)},
     .headlines = {{"shipped_100", "all pieces that begin with each of 100 texts"}},
     .problem = [](std::size_t count,
                   std::uint64_t seed) { return search(random_problem(count, seed, 1).prepared, count, seed); },
     .hash =
         [](const Search& search) {
           std::string all;
           for (const std::string& prefix : search.prefixes) all += prefix + '\n';
           return suite::hash_of(std::vector<char>(all.begin(), all.end()));
         },
     .fields = describe,
     .certificate = certificate});

}  // namespace
}  // namespace tandem::unigram
