// tandem train language_model: a tokenizer and a model from a text.
#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <stdexcept>

#include "benchmarks/suite/interrupt.hpp"
#include "benchmarks/suite/machine.hpp"
#include "benchmarks/suite/progress.hpp"
#include "impl/language_model/training/tokenizer.hpp"
#include "impl/language_model/training/trainer.hpp"
#include "impl/support/whole_file.hpp"
#include "problems/language_model/models.hpp"
#include "program/program.hpp"
#include "program/results.hpp"
#include "program/train.hpp"

namespace tandem::program {
namespace {

using namespace language_model;

struct TrainOptions {
  std::filesystem::path text;
  std::filesystem::path folder;
  TrainerOptions trainer{.shape = shipped_shape, .optimizer = {}};
  double held_out_share = 0.05;
  int threads = suite::all_cores().threads;
  bool resume = false;

  Execution execution() const { return {.threads = threads, .scheduler = Scheduler::openmp}; }
};

void write_curve(const std::filesystem::path& path, const Trainer& trainer) {
  std::ofstream file(path);
  file << "step,tokens,learning_rate,training_loss,held_out_bits_per_byte\n";
  const std::size_t tokens_per_step = trainer.options().sequences * trainer.options().shape.max_length;
  for (const CurvePoint& point : trainer.curve()) {
    fmt::print(file, "{},{},{:.6g},{},{:.4f}\n", point.step, point.step * tokens_per_step, point.learning_rate,
               point.training_loss > 0 ? fmt::format("{:.4f}", point.training_loss) : "", point.held_out_bits_per_byte);
  }
  if (!file.flush()) throw std::runtime_error("cannot write " + path.string());
}

/// The tokenizer of the folder where the training goes on, a new one else; its size becomes the model's vocabulary.
Encoder make_encoder(TrainOptions& options, std::string_view training_text) {
  const std::filesystem::path path = options.folder / "tokenizer.bin";
  Shape& shape = options.trainer.shape;
  Tokenizer tokenizer = options.resume ? load_tokenizer(path) : train_tokenizer(training_text, shape.vocabulary);
  if (!options.resume) {
    if (tokenizer.vocabulary() < shape.vocabulary) {
      fmt::print("the text gives only {} pieces\n", tokenizer.vocabulary());
    }
    save_tokenizer(tokenizer, path);
  }
  shape.vocabulary = tokenizer.vocabulary();
  return Encoder(std::move(tokenizer));
}

/// True if all steps are done; false after an interrupt.
bool run(Trainer& trainer, const TrainingText& held_out, const TrainOptions& options) {
  using Clock = std::chrono::steady_clock;
  const Execution execution = options.execution();
  const auto keep = [&] {
    trainer.save(options.folder / "checkpoint.bin");
    save_model(trainer.model(), options.folder / "model.bin");
    write_curve(options.folder / "loss.csv", trainer);
  };
  const std::size_t steps = trainer.options().steps;
  const std::size_t rows = std::max<std::size_t>(1, steps / 50);
  if (trainer.steps_done() == 0 && trainer.curve().empty()) trainer.measure(held_out, execution);
  suite::watch_for_interrupt();
  suite::Progress progress(static_cast<double>(steps - trainer.steps_done()));
  auto kept = Clock::now();
  while (trainer.steps_done() < steps && !suite::interrupted()) {
    const double loss = trainer.step(execution);
    progress.done(1);
    if (trainer.steps_done() % rows == 0 || trainer.steps_done() == steps) trainer.measure(held_out, execution);
    if (trainer.steps_done() % 10 == 0) {
      progress.now(fmt::format("step {} of {}, loss {:.3f}, held out {:.3f} bits per byte", trainer.steps_done(), steps,
                               loss, trainer.curve().back().held_out_bits_per_byte));
    }
    if (Clock::now() - kept > std::chrono::minutes(1)) {
      keep();
      kept = Clock::now();
    }
  }
  keep();
  return trainer.steps_done() == steps;
}

/// Of what is kept every minute: a checkpoint of three numbers each beside the one before, and the model.
constexpr std::size_t bytes_per_parameter = (3 + 3 + 1) * sizeof(float);

int train(TrainOptions options) {
  if (options.threads < 1) throw std::invalid_argument("training takes at least one thread");
  if (!(options.held_out_share > 0 && options.held_out_share < 1)) {
    throw std::invalid_argument("the held-out share must lie between 0 and 1");
  }
  require_valid(options.trainer.shape);
  const std::string text = text_of(options.text);
  const auto [training_part, held_out_part] = split_text(text, options.held_out_share);
  if (!options.resume && std::filesystem::exists(options.folder / "checkpoint.bin")) {
    throw std::invalid_argument(options.folder.string() + " holds a training: go on with --resume, or remove it");
  }
  make_folder(options.folder);
  const Encoder encoder = make_encoder(options, training_part);
  const TrainingText held_out(held_out_part, encoder);
  Trainer trainer(options.trainer, TrainingText(training_part, encoder));
  if (options.resume) trainer.load(options.folder / "checkpoint.bin");
  require_writable(options.folder / "checkpoint.bin", bytes_per_parameter * trainer.model().parameters.size());
  fmt::print("{} parameters; {} bytes of training text; {} bytes held out, in {} tokens\n",
             trainer.model().parameters.size(), training_part.size(), held_out.bytes(), held_out.token_count());
  std::fflush(stdout);

  if (!run(trainer, held_out, options)) {
    fmt::print("interrupted after step {}: go on with --resume\n", trainer.steps_done());
    return Exit::check_failed;
  }
  constexpr std::size_t all = static_cast<std::size_t>(-1);
  fmt::print("held-out text: {:.4f} bits per byte\n",
             bits_per_byte(trainer.model(), held_out, options.trainer.shape.max_length, all, options.execution()));
  return Exit::all_well;
}

std::function<int()> configure_language_model(CLI::App& verb) {
  auto options = std::make_shared<TrainOptions>();
  TrainerOptions& trainer = options->trainer;
  verb.add_option("--text", options->text, "Plain text, a paragraph or verse per line")->required();
  verb.add_option("--out", options->folder, "Folder of the results, made if need be")->required();
  verb.add_flag("--resume", options->resume, "Go on from the folder's checkpoint; the other options as before");
  const auto number = [&verb](const char* name, auto& value, const char* help) {
    verb.add_option(name, value, help)->capture_default_str();
  };
  number("--steps", trainer.steps, "Updates of the parameters");
  number("--sequences", trainer.sequences, "Sequences per step");
  number("--length", trainer.shape.max_length, "Tokens per sequence");
  number("--dim", trainer.shape.dim, "Width of the model");
  number("--hidden", trainer.shape.hidden_dim, "Width of its feed-forward layers");
  number("--layers", trainer.shape.layers, "Layers");
  number("--heads", trainer.shape.heads, "Attention heads");
  number("--kv-heads", trainer.shape.kv_heads, "Heads of keys and values");
  number("--vocabulary", trainer.shape.vocabulary, "Pieces of the tokenizer");
  number("--learning-rate", trainer.optimizer.learning_rate, "The highest");
  number("--warm-up", trainer.optimizer.warm_up, "Steps until it is reached");
  number("--weight-decay", trainer.optimizer.weight_decay, "Of the matrices");
  number("--held-out", options->held_out_share, "Share of the text, its end, that is tested and not learnt");
  number("--seed", trainer.seed, "Of the initial parameters and the order of the text");
  number("--threads", options->threads, "Threads; the result does not depend on them");
  return [options] { return train(*options); };
}

const RegisteredLearner language_model_learner{{
    .method = "language_model",
    .summary = "A tokenizer and a language model from a text: DIR/tokenizer.bin, DIR/model.bin, DIR/loss.csv, and a "
               "checkpoint\n"
               "every minute, from which --resume goes on to the same result, bit by bit",
    .example = "tandem train language_model --text bible.txt --out kjv",
    .configure = configure_language_model,
}};

}  // namespace
}  // namespace tandem::program
