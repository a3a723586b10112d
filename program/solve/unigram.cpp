// tandem solve tokenize: a text in pieces of a vocabulary.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <stdexcept>

#include "benchmarks/suite/progress.hpp"
#include "program/program.hpp"
#include "program/solve/unigram_lines.hpp"

namespace tandem::program {
namespace {

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
  for (bool more = true; more;) {
    const std::size_t before = text.size();
    text.resize(before + part);
    input.read(text.data() + before, static_cast<std::streamsize>(part));
    text.resize(before + static_cast<std::size_t>(input.gcount()));
    if (input.bad()) throw std::invalid_argument("'" + options.text + "' cannot be read to its end");
    more = input.good();
    // What is before the last line is whole, whatever comes.
    const std::size_t end = options.whole && more ? 0
                            : more || continued   ? unigram::begin_of_last_line(text)
                                                  : text.size();
    if (!continued && !tokenizer.lines(std::string_view(text).substr(0, end))) return;
    text.erase(0, end);
    progress.done(1e-7 * static_cast<double>(end * options.count));
  }
  if (continued) tokenizer.continue_text(std::move(text));
  tokenizer.finish();
}

const RegisteredSolver tokenize_solver{{
    .method = "tokenize",
    .summary = "A text in pieces of a unigram vocabulary: the best segmentation, or random ones; an output line for "
               "every line\n"
               "and sample. The pieces, with \\x0A and \\\\ read as bytes, are always the line, without its end (LF or "
               "CR LF) and,\n"
               "with a SentencePiece model, normalised as the model asks",
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
              ->check(CLI::Range(std::size_t{1}, unigram::most_best));
          verb.add_option("--count", options->count, "Samples of every line")->needs(sample)->capture_default_str();
          verb.add_option(
                  "--continue", options->taken_back,
                  "Instead: what may stand in the place of the text's last pieces, of 1, 2, ... up to so many; a "
                  "line of their number, their bytes, and the pieces that begin with these")
              ->check(CLI::Range(1, 255))
              ->excludes(sample);
          verb.add_flag("--whole", options->whole, "The text is one line, and its line breaks are a part of it");
          verb.add_flag("--as-is", options->as_is,
                        "Without what a SentencePiece model asks to be done to a text before: replaced characters, "
                        "spaces removed\nand added");
          verb.add_flag("--json", options->json, "Print one JSON object per line of output");
          return [options] { solve_tokenize(*options); };
        },
}};

}  // namespace
}  // namespace tandem::program
