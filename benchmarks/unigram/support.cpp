#include "benchmarks/unigram/support.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <limits>
#include <map>
#include <set>
#include <stdexcept>

#include "benchmarks/suite/data.hpp"
#include "benchmarks/suite/hash.hpp"
#include "impl/support/random.hpp"
#include "impl/unigram/automaton/blocks.hpp"
#include "impl/unigram/files.hpp"
#include "impl/unigram/files/sentencepiece.hpp"

namespace tandem::unigram {
namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::invalid_argument("'" + path.string() + "' cannot be read");
  return {std::istreambuf_iterator<char>(file), {}};
}

fs::path held_out_text() { return suite::models_folder() / "kjv/held_out.txt"; }

std::shared_ptr<const Prepared> shipped(double alpha) {
  static std::map<double, std::shared_ptr<const Prepared>> known;
  auto& prepared = known[alpha];
  if (!prepared) prepared = std::make_shared<const Prepared>(load_vocabulary(shipped_vocabulary()).vocabulary, alpha);
  return prepared;
}

/// `size` bytes of whole lines from a line that the seed draws; the text begins anew where it ends. 0: all of it.
std::string excerpt(const fs::path& path, std::size_t size, std::uint64_t seed) {
  const std::string text = read(path);
  if (size == 0) size = text.size();
  std::size_t begin = text.find('\n', random_bits(seed, 0) % text.size());
  begin = begin == std::string::npos ? 0 : begin + 1;
  std::string result = text.substr(begin) + text.substr(0, begin);
  while (result.size() < size) result += result;
  return result.substr(0, std::max<std::size_t>(1, result.rfind('\n', size - 1) + 1));
}

/// The Bible's held-out part again and again, without line breaks.
std::string one_line(std::size_t size, std::uint64_t seed) {
  std::string text = excerpt(held_out_text(), 0, seed);
  std::ranges::replace(text, '\n', ' ');
  while (text.size() < size) text += text;
  text.resize(size);
  return text;
}

std::string random_bytes(std::size_t size, std::uint64_t seed) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(random_bits(seed, i, 3));
  return text;
}

/// Lines of 0 to 8 bytes.
std::string short_lines(std::size_t size, std::uint64_t seed) {
  std::string text = one_line(size, seed);
  for (std::size_t i = 0; i < size; i += 1 + random_bits(seed, i, 4) % 9) text[i] = '\n';
  return text;
}

/// All runs of up to 36 letters, the longer the likelier.
Vocabulary runs() {
  std::vector<std::string> pieces;
  std::vector<double> scores;
  for (std::size_t size = 1; size <= 36; ++size) {
    pieces.emplace_back(size, 'a');
    scores.push_back(-10.0 / static_cast<double>(size + 1));
  }
  return make_vocabulary(std::move(pieces), std::move(scores));
}

using MakeText = std::function<std::string(std::uint64_t)>;

suite::Workload<Problem> workload(std::string name, std::size_t size, bool quick, bool fitted, MakeText text,
                                  double alpha) {
  return {.name = std::move(name),
          .size = static_cast<double>(size),
          .fitted = fitted,
          .quick = quick,
          .make = [text = std::move(text), alpha](std::uint64_t seed) {
            return Problem{.prepared = shipped(alpha), .text = text(seed), .seed = {.seed = seed}};
          }};
}

}  // namespace

fs::path shipped_vocabulary() { return suite::models_folder() / "unigram/vocabulary.tsv"; }

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

std::vector<suite::Workload<Problem>> workloads(double alpha) {
  constexpr std::size_t k = 1024;
  std::vector<suite::Workload<Problem>> all;
  const auto add = [&](std::string name, std::size_t size, bool quick, bool fitted, MakeText text) {
    all.push_back(workload(std::move(name), size, quick, fitted, std::move(text), alpha));
  };
  const auto of = [](fs::path path, std::size_t size) {
    return [path = std::move(path), size](std::uint64_t seed) { return excerpt(path, size, seed); };
  };
  const auto line = [](std::size_t size) { return [size](std::uint64_t seed) { return one_line(size, seed); }; };
  add("line_6k", 6 * k, true, true, line(6 * k));
  add("line_100k", 100 * k, true, true, line(100 * k));
  add("line_1M", 1000 * k, false, true, line(1000 * k));
  add("line_10M", 10'000 * k, false, true, line(10'000 * k));
  add("english_117k", 117 * k, true, false, [](std::uint64_t seed) { return excerpt(held_out_text(), 0, seed); });
  if (const auto chinese = suite::chinese_text()) {
    add("chinese_6k", 6 * k, true, false, of(*chinese, 6 * k));
    add("chinese_802k", 802 * k, false, false, of(*chinese, 0));
  }
  if (const auto bible = suite::fetched_data("kjv.txt", "the King James Bible, for unigram's longest texts")) {
    add("bible_4041k", 4041 * k, false, false, of(*bible, 0));
  }
  add("short_lines_6k", 6 * k, true, false, [](std::uint64_t seed) { return short_lines(6 * k, seed); });
  add("short_lines_1M", 1000 * k, false, false, [](std::uint64_t seed) { return short_lines(1000 * k, seed); });
  add("random_bytes_6k", 6 * k, true, false, [](std::uint64_t seed) { return random_bytes(6 * k, seed); });
  add("random_bytes_1M", 1000 * k, false, false, [](std::uint64_t seed) { return random_bytes(1000 * k, seed); });
  for (const bool quick : {true, false}) {
    const std::size_t size = quick ? 6 * k : 1000 * k;
    all.push_back({.name = quick ? "run_of_a_6k" : "run_of_a_1M",
                   .size = static_cast<double>(size),
                   .fitted = false,
                   .quick = quick,
                   .make = [size, alpha](std::uint64_t seed) {
                     return Problem{.prepared = std::make_shared<const Prepared>(runs(), alpha),
                                    .text = std::string(size, 'a'),
                                    .seed = {.seed = seed}};
                   }});
  }
  return all;
}

std::vector<suite::Workload<Problem>> workloads_quick_where_small(double alpha) {
  std::vector<suite::Workload<Problem>> all = workloads(alpha);
  for (auto& workload : all) workload.quick = workload.quick && workload.size < 1e4;
  return all;
}

Problem random_problem(std::size_t count, std::uint64_t seed, double alpha) {
  const auto pick = [&](std::uint64_t item, std::uint64_t step, std::uint64_t choices) {
    return random_bits(seed, item, step) % choices;
  };
  const std::string_view letters = "abc\n\xE4\x00";
  const std::size_t used = 2 + pick(count, 0, 5);
  std::set<std::string> seen;
  std::vector<std::string> pieces;
  std::vector<double> scores;
  const std::uint64_t longest = pick(count, 1, 3) == 0 ? 12 : 4;
  for (std::uint64_t item = 0; item < 3 + count / 2; ++item) {
    std::string piece;
    const std::uint64_t size = 1 + pick(item, 2, longest);
    for (std::uint64_t i = 0; i < size; ++i) piece.push_back(letters[pick(item, 10 + i, used)]);
    if (!seen.insert(piece).second) continue;
    pieces.push_back(piece);
    scores.push_back(-static_cast<double>(pick(item, 3, 4)) * (count % 2 == 0 ? 1 : 0.3));  // ties
  }
  std::string text(20 * count, '\0');
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = letters[pick(i, 4, used)];
  return {.prepared = std::make_shared<const Prepared>(make_vocabulary(std::move(pieces), std::move(scores)), alpha),
          .text = std::move(text),
          .seed = {.seed = seed, .sample = static_cast<std::uint32_t>(count)}};
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
