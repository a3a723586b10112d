// What is said of texts that are to be continued, where every piece that follows is known: by cutting a text off.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "claims/suite/claim.hpp"
#include "claims/unigram/support.hpp"
#include "impl/support/random.hpp"

namespace tandem::claims {
namespace {

using namespace unigram;

constexpr std::size_t most = 4;

/// How many last pieces of a line's beginning must be taken back until the next piece of the whole line's segmentation
/// may stand in their place; nothing if it takes more than `most`.
std::optional<std::size_t> needed(const Prepared& prepared, const PrefixIndex& index, std::string_view beginning,
                                  const Tokens& whole) {
  const Vocabulary& vocabulary = *prepared.vocabulary;
  Tokens tokens;
  decode(prepared.tables, beginning, tokens, {});
  const auto kept = static_cast<std::size_t>(std::ranges::mismatch(tokens, whole).in1 - tokens.begin());
  if (kept == tokens.size()) return 0;
  std::vector<Continuation> all;
  continuations(prepared.tables, index, beginning, most, all);
  for (const Continuation& one : all) {
    const std::size_t before = tokens.size() - one.taken_back;
    const auto by_bytes = [&](std::uint32_t token) -> const std::string& { return vocabulary.pieces[token]; };
    if (before <= kept && before < whole.size() &&
        std::ranges::binary_search(one.next, vocabulary.pieces[whole[before]], {}, by_bytes)) {
      return one.taken_back;
    }
  }
  return std::nullopt;
}

Outcome taking_back(bool full) {
  const Problem problem = *problem_named("english_117k");
  const PrefixIndex index(*problem.prepared->vocabulary);
  const std::size_t cuts = full ? 20'000 : 2000;
  std::string figures;
  bool holds = true;
  for (const bool at_words : {false, true}) {
    std::array<std::size_t, most + 1> reached{};
    for (std::size_t cut = 0, number = 0; cut < cuts; ++number) {
      const std::string_view text = problem.text;
      const std::size_t end = 1 + random_bits(9, number, at_words ? 1 : 0) % (text.size() - 1);
      if (text[end - 1] == '\n' || text[end] == '\n' || (at_words && text[end] != ' ')) continue;
      const std::size_t begin = text.rfind('\n', end - 1) + 1;  // npos + 1 is 0
      Tokens whole;
      decode(problem.prepared->tables, text.substr(begin, end_of_line(text, begin) - begin), whole, {});
      const auto steps = needed(*problem.prepared, index, text.substr(begin, end - begin), whole);
      for (std::size_t i = steps.value_or(most + 1); i <= most; ++i) ++reached[i];
      ++cut;
    }
    figures += fmt::format("{}{}", figures.empty() ? "" : "; ", at_words ? "cut behind a word" : "cut anywhere");
    for (std::size_t i = 0; i <= most; ++i) {
      figures += fmt::format("{} {:.1f} %", i == 0 ? ":" : ",",
                             100 * static_cast<double>(reached[i]) / static_cast<double>(cuts));
    }
    holds = holds && reached[0] < reached[1] && reached[1] < reached[2];
  }
  return {"with 0 to 4 pieces taken back the next piece is reached where the text was " + figures, confirmed_if(holds),
          2 * cuts};
}

const RegisteredClaims unigram_continuation_registered(
    {{.id = "C15",
      .method = "unigram",
      .statement = "Of a text that is cut off the next piece often cannot follow; it can where "
                   "the last piece is taken back, and sometimes only where two are",
      .source = "kexue.fm 9762",
      .threshold = "more reached with one than with none, and with two than with one",
      .full_seconds = 5,
      .experiment = taking_back}});

}  // namespace
}  // namespace tandem::claims
