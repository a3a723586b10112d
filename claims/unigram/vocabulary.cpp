// What the posts say of vocabularies.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string_view>

#include "claims/suite/claim.hpp"
#include "claims/unigram/support.hpp"
#include "impl/unigram/files.hpp"
#include "problems/support/data.hpp"

namespace tandem::claims {
namespace {

using namespace unigram;

Outcome split_pieces_do_not_appear(bool) {
  const Problem problem = *problem_named("english_117k");
  // Training leaves no such pieces: every tenth one is made worse.
  Vocabulary vocabulary = *problem.prepared->vocabulary;
  for (std::size_t token = 0; token < vocabulary.given; token += 10) vocabulary.scores[token] -= 10;
  Tokens tokens;
  decode(Tables(std::make_shared<const Vocabulary>(vocabulary)), problem.text, tokens, {});
  std::vector<char> used(vocabulary.pieces.size());
  for (const std::uint32_t token : tokens) used[token] = 1;
  std::map<std::string_view, double> scores;
  for (std::size_t i = 0; i < vocabulary.pieces.size(); ++i) scores[vocabulary.pieces[i]] = vocabulary.scores[i];
  std::size_t splittable = 0;
  std::size_t appear = 0;
  for (std::size_t token = 0; token < vocabulary.pieces.size(); ++token) {
    const std::string_view piece = vocabulary.pieces[token];
    bool worse = false;
    for (std::size_t cut = 1; cut < piece.size(); ++cut) {
      const auto left = scores.find(piece.substr(0, cut));
      const auto right = scores.find(piece.substr(cut));
      worse = worse || (left != scores.end() && right != scores.end() &&
                        left->second + right->second > vocabulary.scores[token]);
    }
    splittable += worse ? 1 : 0;
    appear += worse && used[token] != 0 ? 1 : 0;
  }
  return {fmt::format("{} of {} pieces are worth less than two others; {} of them appear", splittable,
                      vocabulary.pieces.size(), appear),
          confirmed_if(appear == 0), splittable};
}

/// How many of the 256 bytes are pieces that were given.
std::size_t given_bytes(const Vocabulary& vocabulary) {
  return static_cast<std::size_t>(std::count_if(
      vocabulary.pieces.begin(), vocabulary.pieces.begin() + static_cast<std::ptrdiff_t>(vocabulary.given),
      [](const std::string& piece) { return piece.size() == 1; }));
}

Outcome all_bytes_are_pieces(bool) {
  const std::size_t own = given_bytes(load_vocabulary(shipped_vocabulary()).vocabulary);
  const std::string shipped =
      fmt::format("the vocabulary that comes with the project: {} of 256, the others added", own);
  const auto bytepiece = problems::optional_data("bytepiece_80k.model");
  if (!bytepiece) return not_testable("bytepiece_80k.model is not here; " + shipped);
  const std::size_t bytes = given_bytes(load_vocabulary(*bytepiece).vocabulary);
  return {fmt::format("bytepiece_80k: {} of 256; {}", bytes, shipped), confirmed_if(bytes == 256), 256};
}

std::vector<Claim> unigram_vocabulary_claims() {
  return {unigram_claim("C10", "Pieces w = uv with p(u) p(v) > p(w) never appear in the best segmentation",
                        "kexue.fm 9752", "none of them", split_pieces_do_not_appear),
          unigram_claim("C11", "BytePiece's vocabulary has all single bytes, so that no text is without a segmentation",
                        "kexue.fm 9752", "all 256", all_bytes_are_pieces)};
}

const RegisteredClaims unigram_vocabulary_registered(unigram_vocabulary_claims());

}  // namespace
}  // namespace tandem::claims
