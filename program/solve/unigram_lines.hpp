// The lines of a text in pieces of a vocabulary, as tandem solve tokenize prints them.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "benchmarks/suite/json_text.hpp"
#include "benchmarks/suite/machine.hpp"
#include "impl/support/files.hpp"
#include "impl/unigram/files.hpp"
#include "impl/unigram/unigram.hpp"

namespace tandem::program {

struct TokenizeOptions {
  std::string vocabulary;
  std::string text;
  std::string print = "ids";
  bool json = false;
  bool sample = false;
  double alpha = 0.1;
  std::uint64_t seed = 1;
  std::size_t count = 1;
  std::size_t best = 0;        // 0: of all segmentations
  std::size_t taken_back = 0;  // 0: the text is tokenised, not continued
  bool whole = false;          // the text is one line, and its line breaks are a part of it
  bool as_is = false;          // without what a SentencePiece model does to a text before
};

/// Memory holds a part and a line, and what becomes of them; with many samples the part is small.
inline std::size_t part_bytes(const TokenizeOptions& options) {
  return std::max<std::size_t>(std::size_t{1} << 14, (std::size_t{1} << 20) / options.count);
}

inline unigram::NumberedVocabulary vocabulary_for(const TokenizeOptions& options) {
  unigram::NumberedVocabulary numbered = unigram::load_vocabulary(options.vocabulary);
  if (options.as_is) numbered.normalizer.reset();
  return options.whole || options.taken_back > 0 ? numbered : unigram::without_line_breaks(std::move(numbered));
}

inline std::size_t token_of(const unigram::Vocabulary& vocabulary, std::string_view piece) {
  return static_cast<std::size_t>(std::ranges::find(vocabulary.pieces, piece) - vocabulary.pieces.begin());
}

class LineTokenizer {
 public:
  explicit LineTokenizer(const TokenizeOptions& options)
      : options_(options),
        numbered_(vocabulary_for(options)),
        tables_(std::make_shared<const unigram::Vocabulary>(numbered_.vocabulary)),
        uses_(options.print == "counts" ? tables_.vocabulary().pieces.size() : 0),
        line_break_(token_of(tables_.vocabulary(), "\n")) {
    if (options.sample) sampler_.emplace(tables_, options.alpha);
    if (options.best > 0) unigram::require_best(options.best);
  }

  /// Whole lines. False: nobody reads on. Samples are drawn together from as many lines as make a part; a line that is
  /// longer has them one after the other, so that memory holds one at a time.
  bool lines(std::string_view text) {
    const std::size_t part = part_bytes(options_);
    text = as_pieces_see(text);
    for (std::size_t begin = 0; begin < text.size();) {
      std::size_t end = behind_line(text, begin);
      std::size_t count = 1;
      for (; end < text.size(); ++count) {
        const std::size_t next = behind_line(text, end);
        if (next - begin > part) break;
        end = next;
      }
      const std::size_t at_once = end - begin <= part ? options_.count : 1;
      for (std::size_t first = 0; first < options_.count; first += at_once) {
        samples_.resize(at_once);
        tokenize(text.substr(begin, end - begin),
                 {.seed = options_.seed, .sample = static_cast<std::uint32_t>(first), .position = position_ + begin});
        if (!report(text.substr(begin, end - begin), first)) return false;
      }
      line_ += count;
      begin = end;
    }
    position_ += text.size();
    return true;
  }

  /// What may stand in the place of the last pieces; an output line for every number of them.
  void continue_text(std::string text) const {
    if (numbered_.normalizer) text = numbered_.normalizer->normalized(text);
    std::vector<unigram::Continuation> all;
    unigram::continuations(tables_, unigram::PrefixIndex(tables_.vocabulary()), text, options_.taken_back, all);
    std::string output;
    for (const unigram::Continuation& one : all) {
      if (options_.json) {
        nlohmann::ordered_json object = {{"taken_back", one.taken_back}, {"rest", unigram::escaped(one.rest)}};
        add_tokens(object, one.next);
        output += suite::json_text(object) + "\n";
      } else {
        output += fmt::format("{}\t{}\t", one.taken_back, unigram::escaped(one.rest));
        append_tokens(output, one.next);
      }
    }
    put(output);
  }

  void finish() const {
    std::vector<std::uint32_t> order;
    for (std::uint32_t token = 0; token < uses_.size(); ++token) {
      if (uses_[token] > 0) order.push_back(token);
    }
    std::ranges::stable_sort(order, std::ranges::greater(), [&](std::uint32_t token) { return uses_[token]; });
    for (const std::uint32_t token : order) {
      const std::string piece = unigram::escaped(numbered_.vocabulary.pieces[token]);
      const nlohmann::ordered_json object = {{"id", numbered_.ids[token]}, {"piece", piece}, {"count", uses_[token]}};
      if (!put(options_.json ? suite::json_text(object) + "\n"
                             : fmt::format("{}\t{}\t{}\n", numbered_.ids[token], piece, uses_[token]))) {
        return;
      }
    }
  }

 private:
  /// Behind the line that begins there and its end.
  std::size_t behind_line(std::string_view text, std::size_t begin) const {
    return options_.whole ? text.size() : std::min(text.find('\n', begin), text.size() - 1) + 1;
  }

  /// Lines end with LF alone, and are as the vocabulary wants them. The text, or what is kept of it here.
  std::string_view as_pieces_see(std::string_view text) {
    const unigram::Normalizer* const normalizer = numbered_.normalizer.get();
    if (options_.whole) {
      if (normalizer == nullptr) return text;
      kept_ = normalizer->normalized(text);
      return kept_;
    }
    if (normalizer == nullptr && text.find("\r\n") == std::string_view::npos) return text;
    kept_.clear();
    for (std::string_view line; next_line(text, line);) {
      kept_ += normalizer != nullptr ? normalizer->normalized(line) : line;
      kept_ += '\n';
    }
    return kept_;
  }

  /// samples_ of the text, the first of which has the seed's number.
  void tokenize(std::string_view text, unigram::Seed seed) {
    if (options_.best > 0) {
      for (unigram::Tokens& tokens : samples_) {
        unigram::sample_n_best(tables_, text, options_.best, options_.alpha, seed, tokens, execution_);
        ++seed.sample;
      }
    } else if (sampler_ && samples_.size() == 1) {
      unigram::sample(*sampler_, text, seed, samples_[0], execution_);
    } else if (sampler_) {
      unigram::samples_simd(*sampler_, text, seed, samples_, execution_);
    } else {
      unigram::decode(tables_, text, samples_[0], execution_);
    }
    for (const unigram::Tokens& tokens : samples_) require_lossless(tokens, text);
  }

  /// Counts or prints samples_ of the text, the first of which has the number `first`.
  bool report(std::string_view text, std::size_t first) {
    if (options_.print == "counts") {
      for (const unigram::Tokens& tokens : samples_) {
        for (const std::uint32_t token : tokens) ++uses_[token];
        if (!options_.whole) uses_[line_break_] -= static_cast<std::uint64_t>(std::ranges::count(text, '\n'));
      }
      return true;
    }
    std::string output;
    std::vector<std::size_t> next(samples_.size());
    std::size_t line = line_;
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t behind = behind_line(text, begin);
      const std::size_t end = behind - (ends_line(text.substr(0, behind)) ? 1 : 0);
      ++line;
      for (std::size_t i = 0; i < samples_.size(); ++i) {
        const std::size_t from = next[i];
        for (std::size_t at = begin; at < end; ++next[i]) {
          at += tables_.vocabulary().pieces[samples_[i][next[i]]].size();
        }
        append(output, std::span(samples_[i]).subspan(from, next[i] - from), line, first + i);
        next[i] += behind - end;
      }
      begin = behind;
    }
    return put(output);
  }

  bool ends_line(std::string_view text) const { return !options_.whole && text.ends_with('\n'); }

  static bool put(const std::string& output) {
    // A reader that has seen enough (head) closes the pipe; that is no error.
    return std::fwrite(output.data(), 1, output.size(), stdout) == output.size();
  }

  void require_lossless(const unigram::Tokens& tokens, std::string_view text) const {
    std::size_t at = 0;
    for (const std::uint32_t token : tokens) {
      const std::string& piece = tables_.vocabulary().pieces[token];
      if (text.substr(at, piece.size()) != piece) break;
      at += piece.size();
    }
    if (at != text.size()) throw std::logic_error("the pieces are not the text: please report this");
  }

  void append(std::string& output, std::span<const std::uint32_t> tokens, std::size_t line, std::size_t sample) const {
    if (options_.json) {
      nlohmann::ordered_json object = {{"line", line}};
      if (sampler_) object["sample"] = sample;
      add_tokens(object, tokens);
      output += suite::json_text(object) + "\n";
    } else {
      append_tokens(output, tokens);
    }
  }

  /// Calls use(id, piece) for every piece; a run of bytes that are none is one, where the file says so.
  template <class Use>
  void for_each_piece(std::span<const std::uint32_t> tokens, Use&& use) const {
    const unigram::Vocabulary& vocabulary = tables_.vocabulary();
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      const std::int64_t id = numbered_.ids[tokens[i]];
      std::string piece = vocabulary.pieces[tokens[i]];
      const auto unknown = [&](std::uint32_t token) { return numbered_.unknown && token >= vocabulary.given; };
      if (unknown(tokens[i])) {
        for (; i + 1 < tokens.size() && unknown(tokens[i + 1]); ++i) piece += vocabulary.pieces[tokens[i + 1]];
      }
      use(id, unigram::escaped(piece));
    }
  }

  void add_tokens(nlohmann::ordered_json& object, std::span<const std::uint32_t> tokens) const {
    object["ids"] = nlohmann::json::array();
    object["pieces"] = nlohmann::json::array();
    for_each_piece(tokens, [&](std::int64_t id, std::string piece) {
      object["ids"].push_back(id);
      object["pieces"].push_back(std::move(piece));
    });
  }

  void append_tokens(std::string& output, std::span<const std::uint32_t> tokens) const {
    const bool ids = options_.print == "ids";
    std::string_view between;
    for_each_piece(tokens, [&](std::int64_t id, const std::string& piece) {
      output += between;
      output += ids ? std::to_string(id) : piece;
      between = ids ? " " : "\t";
    });
    output += '\n';
  }

  const TokenizeOptions& options_;
  unigram::NumberedVocabulary numbered_;
  unigram::Tables tables_;
  std::optional<unigram::Sampler> sampler_;
  std::vector<unigram::Tokens> samples_;
  std::vector<std::uint64_t> uses_;
  const std::size_t line_break_;
  const Execution execution_ = suite::all_cores();
  std::size_t line_ = 0;        // lines before the current ones
  std::uint64_t position_ = 0;  // bytes before them
  std::string kept_;
};

}  // namespace tandem::program
