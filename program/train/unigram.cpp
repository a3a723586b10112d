// tandem train unigram: a vocabulary of pieces and their scores from a text.
#include <fmt/format.h>

#include <cmath>
#include <functional>
#include <memory>
#include <stdexcept>

#include "benchmarks/suite/machine.hpp"
#include "benchmarks/suite/progress.hpp"
#include "impl/support/whole_file.hpp"
#include "impl/unigram/files.hpp"
#include "impl/unigram/training.hpp"
#include "impl/unigram/unigram.hpp"
#include "program/results.hpp"
#include "program/run_program.hpp"
#include "program/train.hpp"

namespace tandem::program {
namespace {

struct TrainUnigramOptions {
  std::filesystem::path text;
  std::filesystem::path out;
  unigram::TrainingOptions training;
  int threads = suite::all_cores().threads;
};

/// About what a line of the vocabulary takes.
constexpr std::size_t bytes_per_piece = 32;

void train(const TrainUnigramOptions& options) {
  if (options.threads < 1) throw std::invalid_argument("training takes at least one thread");
  const std::string text = text_of(options.text);
  require_writable(options.out, options.training.pieces * bytes_per_piece);
  const Execution execution{.threads = options.threads, .scheduler = Scheduler::openmp};
  // A round takes about 0.3 us a byte, and so do the candidates twice; every round leaves four fifths of the pieces.
  const double round = 3e-7 * static_cast<double>(text.size());
  suite::Progress progress(14 * round);
  progress.now("candidates");
  const unigram::Vocabulary vocabulary = unigram::train(text, options.training, execution, [&](std::size_t pieces) {
    progress.done(round);
    progress.now(fmt::format("{} pieces are left", pieces));
  });
  write_whole(options.out, unigram::plain_format(vocabulary));
  unigram::Tokens tokens;
  unigram::decode(unigram::Tables(std::make_shared<const unigram::Vocabulary>(vocabulary)), text, tokens, execution);
  fmt::print("{} pieces, {:.4f} bytes per token of the text\n", vocabulary.given,
             static_cast<double>(text.size()) / static_cast<double>(tokens.size()));
}

std::function<int()> configure_unigram(CLI::App& verb) {
  auto options = std::make_shared<TrainUnigramOptions>();
  unigram::TrainingOptions& training = options->training;
  verb.add_option("--text", options->text, "Plain text; no piece goes on beyond a line")->required();
  verb.add_option("--out", options->out, "The vocabulary: piece, tab, score, one a line")->required();
  verb.add_option("--pieces", training.pieces, "How many, beside bytes that do not occur")->capture_default_str();
  verb.add_option("--longest", training.longest, "Bytes of the longest piece")->capture_default_str();
  verb.add_option("--candidates", training.candidates, "To begin with")->capture_default_str();
  verb.add_flag("--within-words", training.within_words, "A space can only be a piece's first byte");
  verb.add_option("--threads", options->threads, "Threads; the result does not depend on them")->capture_default_str();
  return [options] {
    train(*options);
    return Exit::all_well;
  };
}

const RegisteredLearner unigram_learner{{
    .method = "unigram",
    .summary =
        "A vocabulary for `tandem solve tokenize` from a text: candidate substrings, expectation maximisation, pruning",
    .example = "tandem train unigram --text bible.txt --out bible.tsv --pieces 8000",
    .configure = configure_unigram,
}};

}  // namespace
}  // namespace tandem::program
