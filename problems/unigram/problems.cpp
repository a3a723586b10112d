#include "problems/unigram/problems.hpp"

#include <fstream>
#include <iterator>
#include <map>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "impl/unigram/files.hpp"
#include "problems/support/data.hpp"
#include "problems/unigram/texts.hpp"

namespace tandem::unigram {
namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::invalid_argument("'" + path.string() + "' cannot be read");
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string held_out_text() { return read(problems::models_folder() / "kjv/held_out.txt"); }

std::shared_ptr<const Prepared> shipped(double alpha) {
  static std::map<double, std::shared_ptr<const Prepared>> known;
  auto& prepared = known[alpha];
  if (!prepared) prepared = std::make_shared<const Prepared>(load_vocabulary(shipped_vocabulary()).vocabulary, alpha);
  return prepared;
}

}  // namespace

fs::path shipped_vocabulary() { return problems::models_folder() / "unigram/vocabulary.tsv"; }

Prepared::Prepared(Vocabulary of, double alpha)
    : vocabulary(std::make_shared<const Vocabulary>(std::move(of))),
      reference(*vocabulary),
      tables(vocabulary),
      sampler(tables, alpha) {
#ifdef TANDEM_PEER_SENTENCEPIECE
  peer = std::make_unique<SentencePiece>(*vocabulary);
#endif
#ifdef TANDEM_PEER_SENTENCEPIECE_CORE
  peer_core = std::make_unique<SentencePieceCore>(*vocabulary);
#endif
}

std::vector<NamedProblem> named_problems(double alpha) {
  constexpr std::size_t k = 1024;
  std::vector<NamedProblem> all;
  const auto add = [&](std::string name, std::size_t size, bool quick, bool fitted,
                       std::function<std::string(std::uint64_t)> text) {
    all.push_back({.name = std::move(name),
                   .size = size,
                   .quick = quick,
                   .fitted = fitted,
                   .make = [text = std::move(text), alpha](std::uint64_t seed) {
                     return Problem{.prepared = shipped(alpha), .text = text(seed), .seed = {.seed = seed}};
                   }});
  };
  const auto of = [](fs::path path, std::size_t size) {
    return [path = std::move(path), size](std::uint64_t seed) { return excerpt(read(path), size, seed); };
  };
  const auto line = [](std::size_t size) {
    return [size](std::uint64_t seed) { return one_line(held_out_text(), size, seed); };
  };
  const auto lines = [](std::size_t size) {
    return [size](std::uint64_t seed) { return short_lines(held_out_text(), size, seed); };
  };
  add("line_6k", 6 * k, true, true, line(6 * k));
  add("line_100k", 100 * k, true, true, line(100 * k));
  add("line_1M", 1000 * k, false, true, line(1000 * k));
  add("line_10M", 10'000 * k, false, true, line(10'000 * k));
  add("english_117k", 117 * k, true, false, [](std::uint64_t seed) { return excerpt(held_out_text(), 0, seed); });
  if (const auto chinese = problems::chinese_text()) {
    add("chinese_6k", 6 * k, true, false, of(*chinese, 6 * k));
    add("chinese_802k", 802 * k, false, false, of(*chinese, 0));
  }
  if (const auto bible = problems::fetched_data("kjv.txt", "the King James Bible, for unigram's longest texts")) {
    add("bible_4041k", 4041 * k, false, false, of(*bible, 0));
  }
  add("short_lines_6k", 6 * k, true, false, lines(6 * k));
  add("short_lines_1M", 1000 * k, false, false, lines(1000 * k));
  add("random_bytes_6k", 6 * k, true, false, [](std::uint64_t seed) { return random_bytes(6 * k, seed); });
  add("random_bytes_1M", 1000 * k, false, false, [](std::uint64_t seed) { return random_bytes(1000 * k, seed); });
  for (const bool quick : {true, false}) {
    const std::size_t size = quick ? 6 * k : 1000 * k;
    all.push_back({.name = quick ? "run_of_a_6k" : "run_of_a_1M",
                   .size = size,
                   .quick = quick,
                   .fitted = false,
                   .make = [size, alpha](std::uint64_t seed) {
                     return Problem{.prepared = std::make_shared<const Prepared>(runs(), alpha),
                                    .text = std::string(size, 'a'),
                                    .seed = {.seed = seed}};
                   }});
  }
  return all;
}

std::optional<Problem> problem_named(const std::string& name, double alpha) {
  for (const NamedProblem& problem : named_problems(alpha)) {
    if (problem.name == name) return problem.make(1);
  }
  return std::nullopt;
}

Problem random_problem(std::size_t count, std::uint64_t seed, double alpha) {
  VocabularyAndText drawn = random_vocabulary_and_text(count, seed);
  return {.prepared = std::make_shared<const Prepared>(std::move(drawn.vocabulary), alpha),
          .text = std::move(drawn.text),
          .seed = {.seed = seed, .sample = static_cast<std::uint32_t>(count)}};
}

std::optional<std::string> not_the_text(const Problem& problem, const Tokens& tokens) {
  std::size_t at = 0;
  for (const std::uint32_t token : tokens) {
    if (token >= problem.prepared->vocabulary->pieces.size()) return "token " + std::to_string(token) + " is no piece";
    const std::string& piece = problem.prepared->vocabulary->pieces[token];
    if (std::string_view(problem.text).substr(at, piece.size()) != piece) {
      return "the pieces differ from the text at byte " + std::to_string(at);
    }
    at += piece.size();
  }
  if (at != problem.text.size()) return "the pieces end at byte " + std::to_string(at) + " of the text";
  return std::nullopt;
}

}  // namespace tandem::unigram
