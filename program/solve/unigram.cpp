// tandem solve tokenize: a text in pieces of a vocabulary.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <stdexcept>

#include "benchmarks/suite/machine.hpp"
#include "benchmarks/suite/progress.hpp"
#include "impl/unigram/files.hpp"
#include "impl/unigram/unigram.hpp"
#include "program/program.hpp"

namespace tandem::program {
namespace {

using namespace unigram;

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
};

/// Memory holds a part and a line, and what becomes of them; with many samples the part is small.
std::size_t part_bytes(const TokenizeOptions& options) {
  return std::max<std::size_t>(std::size_t{1} << 14, (std::size_t{1} << 20) / options.count);
}

class LineTokenizer {
 public:
  explicit LineTokenizer(const TokenizeOptions& options)
      : options_(options),
        numbered_(load_vocabulary(options.vocabulary)),
        tables_(std::make_shared<const Vocabulary>(numbered_.vocabulary)),
        uses_(options.print == "counts" ? tables_.vocabulary().pieces.size() : 0) {
    if (options.sample) sampler_.emplace(tables_, options.alpha);
    if (options.best > 0) require_best(options.best);
  }

  /// Whole lines, which begin at `position` of the text. False: nobody reads on. Samples are drawn together from as
  /// many lines as make a part; a line that is longer has them one after the other, so that memory holds one at a time.
  bool lines(std::string_view text, std::uint64_t position) {
    const std::size_t part = part_bytes(options_);
    for (std::size_t begin = 0; begin < text.size();) {
      std::size_t end = end_of_line(text, begin);
      std::size_t count = 1;
      for (; end < text.size(); ++count) {
        const std::size_t next = end_of_line(text, end);
        if (next - begin > part) break;
        end = next;
      }
      const std::size_t at_once = end - begin <= part ? options_.count : 1;
      for (std::size_t first = 0; first < options_.count; first += at_once) {
        samples_.resize(at_once);
        tokenize(text.substr(begin, end - begin),
                 {.seed = options_.seed, .sample = static_cast<std::uint32_t>(first), .position = position + begin});
        if (!report(text.substr(begin, end - begin), first)) return false;
      }
      line_ += count;
      begin = end;
    }
    return true;
  }

  /// What may stand in the place of the last pieces; an output line for every number of them.
  void continue_text(std::string_view text) const {
    std::vector<Continuation> all;
    continuations(tables_, PrefixIndex(tables_.vocabulary()), text, options_.taken_back, all);
    std::string output;
    for (const Continuation& one : all) {
      if (options_.json) {
        nlohmann::ordered_json object = {{"taken_back", one.taken_back}, {"rest", escaped(one.rest)}};
        add_tokens(object, one.next);
        output += object.dump() + "\n";
      } else {
        output += fmt::format("{}\t{}\t", one.taken_back, escaped(one.rest));
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
      const std::string piece = escaped(numbered_.vocabulary.pieces[token]);
      const nlohmann::ordered_json object = {{"id", numbered_.ids[token]}, {"piece", piece}, {"count", uses_[token]}};
      if (!put(options_.json ? object.dump() + "\n"
                             : fmt::format("{}\t{}\t{}\n", numbered_.ids[token], piece, uses_[token]))) {
        return;
      }
    }
  }

 private:
  /// samples_ of the text, the first of which has the seed's number.
  void tokenize(std::string_view text, Seed seed) {
    if (options_.best > 0) {
      for (Tokens& tokens : samples_) {
        sample_n_best(tables_, text, options_.best, options_.alpha, seed, tokens, execution_);
        ++seed.sample;
      }
    } else if (sampler_ && samples_.size() == 1) {
      sample(*sampler_, text, seed, samples_[0], execution_);
    } else if (sampler_) {
      samples_simd(*sampler_, text, seed, samples_, execution_);
    } else {
      decode(tables_, text, samples_[0], execution_);
    }
    for (const Tokens& tokens : samples_) require_lossless(tokens, text);
  }

  /// Counts or prints samples_ of the text, the first of which has the number `first`.
  bool report(std::string_view text, std::size_t first) {
    if (options_.print == "counts") {
      for (const Tokens& tokens : samples_) {
        for (const std::uint32_t token : tokens) ++uses_[token];
      }
      return true;
    }
    std::string output;
    std::vector<std::size_t> next(samples_.size());
    std::size_t line = line_;
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = end_of_line(text, begin);
      ++line;
      for (std::size_t i = 0; i < samples_.size(); ++i) {
        const std::size_t from = next[i];
        for (std::size_t at = begin; at < end; ++next[i]) {
          at += tables_.vocabulary().pieces[samples_[i][next[i]]].size();
        }
        append(output, std::span(samples_[i]).subspan(from, next[i] - from), line, first + i);
      }
      begin = end;
    }
    return put(output);
  }

  static bool put(const std::string& output) {
    // A reader that has seen enough (head) closes the pipe; that is no error.
    return std::fwrite(output.data(), 1, output.size(), stdout) == output.size();
  }

  void require_lossless(const Tokens& tokens, std::string_view text) const {
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
      output += object.dump() + "\n";
    } else {
      append_tokens(output, tokens);
    }
  }

  void add_tokens(nlohmann::ordered_json& object, std::span<const std::uint32_t> tokens) const {
    object["ids"] = nlohmann::json::array();
    object["pieces"] = nlohmann::json::array();
    for (const std::uint32_t token : tokens) {
      object["ids"].push_back(numbered_.ids[token]);
      object["pieces"].push_back(escaped(tables_.vocabulary().pieces[token]));
    }
  }

  void append_tokens(std::string& output, std::span<const std::uint32_t> tokens) const {
    const bool ids = options_.print == "ids";
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      if (i > 0) output += ids ? ' ' : '\t';
      output += ids ? std::to_string(numbered_.ids[tokens[i]]) : escaped(tables_.vocabulary().pieces[tokens[i]]);
    }
    output += '\n';
  }

  const TokenizeOptions& options_;
  NumberedVocabulary numbered_;
  Tables tables_;
  std::optional<Sampler> sampler_;
  std::vector<Tokens> samples_;
  std::vector<std::uint64_t> uses_;
  const Execution execution_ = suite::all_cores();
  std::size_t line_ = 0;  // lines before the current ones
};

void solve_tokenize(const TokenizeOptions& options) {
  if (options.count < 1 || options.count > 10'000) throw std::invalid_argument("--count takes 1 to 10000");
  if (!options.sample && options.count > 1) throw std::invalid_argument("--count needs --sample");
  const bool continued = options.taken_back > 0;
  if (continued && options.print == "counts") throw std::invalid_argument("--continue prints ids or pieces");
  LineTokenizer tokenizer(options);
  std::ifstream file;
  double seconds = 0;
  if (options.text != "-") {
    file.open(options.text, std::ios::binary);
    // A folder opens, but cannot be read.
    if (!file.is_open() || std::filesystem::is_directory(options.text)) {
      throw std::invalid_argument("'" + options.text + "' cannot be read");
    }
    std::error_code no_file;
    const auto size = std::filesystem::file_size(options.text, no_file);
    seconds = no_file ? 0 : 1e-7 * static_cast<double>(size * options.count);
  }
  std::istream& input = options.text == "-" ? std::cin : file;
  suite::Progress progress(seconds);
  progress.now("tokenising");
  const std::size_t part = part_bytes(options);
  std::string text;
  std::uint64_t position = 0;
  for (bool more = true; more;) {
    const std::size_t before = text.size();
    text.resize(before + part);
    input.read(text.data() + before, static_cast<std::streamsize>(part));
    text.resize(before + static_cast<std::size_t>(input.gcount()));
    if (input.bad()) throw std::invalid_argument("'" + options.text + "' cannot be read to its end");
    more = input.good();
    // What is before the last line is whole, whatever comes.
    const std::size_t end = more || continued ? begin_of_last_line(text) : text.size();
    if (!continued && !tokenizer.lines(std::string_view(text).substr(0, end), position)) return;
    text.erase(0, end);
    position += end;
    progress.done(1e-7 * static_cast<double>(end * options.count));
  }
  if (continued) tokenizer.continue_text(text);
  tokenizer.finish();
}

const RegisteredSolver tokenize_solver{{
    .method = "tokenize",
    .summary = "A text in pieces of a unigram vocabulary: the best segmentation, or random ones; an output line for "
               "every line\n"
               "and sample. The pieces, with \\x0A and \\\\ read as bytes, are always the text",
    .example = "tandem solve tokenize --vocab models/unigram/vocabulary.tsv --sample --alpha 0.1 --count 3 letter.txt",
    .configure =
        [](CLI::App& verb) {
          auto options = std::make_shared<TokenizeOptions>();
          verb.add_option("--vocab", options->vocabulary,
                          "A vocabulary: BytePiece JSON, SentencePiece unigram .model, or lines of piece, tab, score")
              ->required()
              ->type_name("FILE");
          verb.add_option("TEXT", options->text, "Any bytes; - for the standard input")->required()->type_name("FILE");
          verb.add_option("--print", options->print, "ids, pieces (separated by tabs), or counts of the whole text")
              ->check(CLI::IsMember({"ids", "pieces", "counts"}))
              ->capture_default_str();
          auto* sample = verb.add_flag("--sample", options->sample, "Draw by exp(alpha * score)");
          verb.add_option("--alpha", options->alpha, "0 is uniform over all segmentations, large is the best one")
              ->needs(sample)
              ->capture_default_str();
          verb.add_option("--seed", options->seed, "Same seed, same segmentation")
              ->needs(sample)
              ->capture_default_str();
          verb.add_option(
                  "--nbest", options->best,
                  "Draw from so many of the best segmentations of every line alone, as SentencePiece's nbest_size")
              ->needs(sample)
              ->check(CLI::Range(std::size_t{1}, most_best));
          verb.add_option("--count", options->count, "Samples of every line")->needs(sample)->capture_default_str();
          verb.add_option(
                  "--continue", options->taken_back,
                  "Instead: what may stand in the place of the text's last pieces, of 1, 2, ... up to so many; a "
                  "line of their number, their bytes, and the pieces that begin with these")
              ->check(CLI::Range(1, 255))
              ->excludes(sample);
          verb.add_flag("--json", options->json, "Print one JSON object per line of output");
          return [options] { solve_tokenize(*options); };
        },
}};

}  // namespace
}  // namespace tandem::program
