#include "benchmarks/unigram/support.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <utility>

#include "benchmarks/suite/hash.hpp"
#include "impl/unigram/automaton/blocks.hpp"
#include "impl/unigram/files/sentencepiece.hpp"

namespace tandem::unigram {

std::vector<suite::Workload<Problem>> workloads(double alpha) {
  std::vector<suite::Workload<Problem>> all;
  for (NamedProblem& problem : named_problems(alpha)) {
    all.push_back({.name = std::move(problem.name),
                   .size = static_cast<double>(problem.size),
                   .fitted = problem.fitted,
                   .quick = problem.quick,
                   .make = std::move(problem.make)});
  }
  return all;
}

std::vector<suite::Workload<Problem>> workloads_quick_where_small(double alpha) {
  std::vector<suite::Workload<Problem>> all = workloads(alpha);
  for (auto& workload : all) workload.quick = workload.quick && workload.size < 1e4;
  return all;
}

std::uint64_t hash_of_problem(const Problem& problem) {
  return suite::hash_of(std::vector<char>(problem.text.begin(), problem.text.end()));
}

void describe_tokens(const Problem& problem, suite::Fields<Tokens>& fields) {
  fields.equal("tokens", suite::itself, suite::up_to(problem.text.size()));
}

void describe_drawn_by_peer(const Problem& problem, suite::Fields<Tokens>& fields) {
  const auto law = [&problem](const Tokens& right, const Tokens& tokens) -> suite::Agreement {
    if (auto wrong = not_the_text(problem, tokens)) {
      return {.error = std::numeric_limits<double>::infinity(), .message = std::move(*wrong)};
    }
    const auto count = static_cast<double>(right.size());
    return {.error = std::abs(count - static_cast<double>(tokens.size())),
            .tolerance = 6 * std::sqrt(2 * count),
            .message = "another number of tokens than the law allows"};
  };
  fields.statistical("tokens", suite::itself, suite::up_to(problem.text.size()), law);
}

std::optional<std::string> unsuited_for_peer(const Problem& problem) {
  const Vocabulary& vocabulary = *problem.prepared->vocabulary;
  const std::set<std::string_view> given(vocabulary.pieces.begin(),
                                         vocabulary.pieces.begin() + static_cast<std::ptrdiff_t>(vocabulary.given));
  constexpr std::size_t longest_line = std::size_t{1} << 21;
  for (std::size_t begin = 0; begin < problem.text.size();) {
    const std::size_t end = end_of_line(problem.text, begin);
    if (end - begin > longest_line) return "a line is too long for the memory that it takes";
    begin = end;
  }
  std::set<std::string> seen;
  for (std::size_t begin = 0; begin < problem.text.size();) {
    std::size_t end = begin + 1;
    while (end < problem.text.size() && (static_cast<unsigned char>(problem.text[end]) & 0xC0) == 0x80) ++end;
    const std::string character = problem.text.substr(begin, end - begin);
    if (seen.insert(character).second && (!given.contains(character) || character[0] == '\0' || !is_utf8(character))) {
      return "a character of the text is no piece";
    }
    begin = end;
  }
  return std::nullopt;
}

suite::Work automaton_work(const Problem& problem, std::size_t tokens, const Chain& of_byte) {
  const auto bytes = static_cast<double>(problem.text.size());
  std::vector<std::uint32_t> lists(problem.text.size());
  problem.prepared->tables.automaton().match(problem.text, lists.data());
  double groups = 0;
  for (const std::uint32_t list : lists) groups += static_cast<double>(List{list}.groups());
  double blocks = 0;
  for (std::size_t begin = 0; begin < problem.text.size(); begin = end_of_block(problem.text, begin)) ++blocks;
  return {.lookups = 3 * bytes + (2 + Automaton::group) * groups + 2 * static_cast<double>(tokens),
          .chain_fma = of_byte.fma * bytes,
          .chain_lookups = of_byte.lookups * bytes,
          .chains = blocks};
}

}  // namespace tandem::unigram
