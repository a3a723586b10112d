// A vocabulary that is prepared for whoever tokenises, and a text: what every method of unigram tokenisation takes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "impl/unigram/unigram.hpp"
#ifdef TANDEM_PEER_SENTENCEPIECE
#include "impl/unigram/peers/peers.hpp"
#endif

namespace tandem::unigram {

/// The vocabulary that comes with the project (models/unigram/README.md).
std::filesystem::path shipped_vocabulary();

/// A vocabulary with all that is prepared once for it, outside of what is timed: the method unigram_tables has the
/// preparation's own rows.
struct Prepared {
  explicit Prepared(Vocabulary of, double alpha = 0.1);

  std::shared_ptr<const Vocabulary> vocabulary;
  Reference reference;
  Tables tables;
  Sampler sampler;
#ifdef TANDEM_PEER_SENTENCEPIECE
  std::unique_ptr<SentencePiece> peer;  ///< where it takes the vocabulary
#endif
#ifdef TANDEM_PEER_SENTENCEPIECE_CORE
  std::unique_ptr<SentencePieceCore> peer_core;
#endif
};

struct Problem {
  std::shared_ptr<const Prepared> prepared;
  std::string text;
  Seed seed{};
};

struct NamedProblem {
  std::string name;
  std::size_t size;  ///< bytes of the text, about
  bool quick;
  bool fitted;  ///< one of the same text in several sizes
  std::function<Problem(std::uint64_t seed)> make;
};

/// What is tokenised: the Bible's held-out part, Chinese and the whole Bible where they are, a run of `a` with all
/// pieces up to a^36, random bytes, short lines, and one long line, of several sizes, for the growth. `alpha` is that
/// of the samplers.
std::vector<NamedProblem> named_problems(double alpha = 0.1);

/// The one of that name, or nothing where its text is not there.
std::optional<Problem> problem_named(const std::string& name, double alpha = 0.1);

/// A vocabulary of few letters and a text of about 20 bytes per element, both random: many ties.
Problem random_problem(std::size_t count, std::uint64_t seed, double alpha);

/// A sentence if the tokens' pieces are not the text's bytes.
std::optional<std::string> not_the_text(const Problem& problem, const Tokens& tokens);

}  // namespace tandem::unigram
