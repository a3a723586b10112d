// tandem solve nbce: a language model answers a question from several texts.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "benchmarks/suite/json_text.hpp"
#include "benchmarks/suite/machine.hpp"
#include "impl/nbce/nbce.hpp"
#include "impl/support/files.hpp"
#include "problems/support/data.hpp"
#include "program/program.hpp"

namespace tandem::program {
namespace {

using language_model::Token;

struct NbceOptions {
  std::string model;
  std::string tokenizer;
  std::vector<std::string> contexts;
  std::string question;
  std::string pool = "entropy";
  nbce::Settings settings;
  std::size_t tokens = 32;
  std::uint64_t seed = 1;
  bool extrapolate = false;
  bool json = false;
};

struct AnsweredToken {
  Token token;
  std::ptrdiff_t chosen;
  std::vector<double> entropies;
};

nbce::Pool pool_named(const std::string& name) {
  if (name == "average") return nbce::Pool::average;
  return name == "maximum" ? nbce::Pool::maximum : nbce::Pool::minimum_entropy;
}

/// The files of the model: those named, or the shipped ones.
std::filesystem::path file_or_shipped(const std::string& named, const char* shipped) {
  return named.empty() ? problems::models_folder() / "kjv" / shipped : std::filesystem::path(named);
}

void require_trained_length(const NbceOptions& options, const nbce::Request& request, std::size_t trained_length) {
  if (options.extrapolate) return;
  const auto prompts = prompts_of(request);
  for (std::size_t row = 0; row < prompts.size(); ++row) {
    const std::size_t length = prompts[row].size() + options.tokens;
    if (length <= trained_length) continue;
    const std::string what =
        row == 0 ? "the question with the answer" : options.contexts[row - 1] + " with question and answer";
    throw std::invalid_argument(
        fmt::format("{} takes {} tokens, but the model was trained for {}: give less, or "
                    "--extrapolate",
                    what, length, trained_length));
  }
}

nbce::Request request_of(const NbceOptions& options, const language_model::Encoder& encoder) {
  nbce::Request request{};
  request.settings = options.settings;
  request.settings.pool = pool_named(options.pool);
  for (const std::string& path : options.contexts) {
    request.contexts.push_back(encoder.encode(content_of(path), /*begin=*/false));
  }
  request.question = encoder.encode(options.question, /*begin=*/false);
  return request;
}

std::vector<AnsweredToken> answer(const NbceOptions& options, const language_model::PackedModel& model,
                                  const nbce::Request& request) {
  nbce::Session session(model, request, suite::all_cores());
  std::vector<AnsweredToken> steps;
  while (steps.size() < options.tokens) {
    const nbce::Answer<float>& merged = session.merge(nbce::uniform_for(options.seed, 0, steps.size()));
    const auto token = static_cast<Token>(merged.token);
    if (token == language_model::begin_token || token == language_model::end_token) break;  // the text is over
    steps.push_back({token, merged.chosen, merged.entropies});
    if (steps.size() < options.tokens) session.append(token);
  }
  return steps;
}

void print_json(const NbceOptions& options, const std::vector<AnsweredToken>& steps,
                const language_model::Encoder& encoder, const std::string& text) {
  nlohmann::ordered_json tokens = nlohmann::ordered_json::array();
  for (const AnsweredToken& step : steps) {
    nlohmann::ordered_json entry = {{"token", step.token}, {"text", encoder.decode(std::vector{step.token})}};
    entry["context"] = step.chosen < 0 ? nlohmann::ordered_json() : nlohmann::ordered_json(step.chosen);
    entry["entropies"] = step.entropies;
    tokens.push_back(std::move(entry));
  }
  const nlohmann::ordered_json object = {{"question", options.question},  {"answer", text},
                                         {"contexts", options.contexts},  {"pool", options.pool},
                                         {"beta", options.settings.beta}, {"top_p", options.settings.top_p},
                                         {"eta", options.settings.eta},   {"temperature", options.settings.temperature},
                                         {"seed", options.seed},          {"tokens", tokens}};
  // A token may be a part of a character.
  fmt::print("{}\n", suite::json_text(object));
}

void print_table(const NbceOptions& options, const std::vector<AnsweredToken>& steps,
                 const language_model::Encoder& encoder, const std::string& text) {
  fmt::print("{}{}\n\n", options.question, text);
  std::string head = fmt::format("{:<12} {:>7}  H(question)", "token", "context");
  for (std::size_t k = 0; k < options.contexts.size(); ++k) head += fmt::format("  {:>6}", fmt::format("H({})", k));
  fmt::print("{}\n", head);
  for (const AnsweredToken& step : steps) {
    const nlohmann::json quoted = encoder.decode(std::vector{step.token});
    const std::string piece = suite::json_text(quoted);  // line breaks as \n
    std::string line = fmt::format("{:<12} {:>7}  {:>11.3f}", piece,
                                   step.chosen < 0 ? "-" : std::to_string(step.chosen), step.entropies[0]);
    for (std::size_t k = 1; k < step.entropies.size(); ++k) line += fmt::format("  {:>6.3f}", step.entropies[k]);
    fmt::print("{}\n", line);
  }
  for (std::size_t k = 0; k < options.contexts.size(); ++k) fmt::print("context {}: {}\n", k, options.contexts[k]);
}

void solve_nbce(const NbceOptions& options) {
  if (options.model.empty() != options.tokenizer.empty()) {
    throw std::invalid_argument("give --model and --tokenizer together, or neither for the shipped model");
  }
  const auto model = language_model::load_model(file_or_shipped(options.model, "model.bin"));
  const language_model::Encoder encoder(
      language_model::load_tokenizer(file_or_shipped(options.tokenizer, "tokenizer.bin")));
  if (encoder.tokenizer().vocabulary() != model.shape.vocabulary) {
    throw std::invalid_argument(fmt::format("the tokenizer has {} pieces, but the model a vocabulary of {}",
                                            encoder.tokenizer().vocabulary(), model.shape.vocabulary));
  }
  const nbce::Request request = request_of(options, encoder);
  require_trained_length(options, request, model.shape.max_length);
  const std::vector<AnsweredToken> steps = answer(options, language_model::PackedModel(model), request);
  std::vector<Token> tokens;
  for (const AnsweredToken& step : steps) tokens.push_back(step.token);
  const std::string text = encoder.decode(tokens);
  if (options.json) {
    print_json(options, steps, encoder, text);
  } else {
    print_table(options, steps, encoder, text);
  }
}

const RegisteredSolver nbce_solver{{
    .method = "nbce",
    .summary = "A language model's answer from several texts, and for each token the text it came from",
    .example = "tandem solve nbce --context genesis.txt exodus.txt --question 'And Moses said'",
    .configure =
        [](CLI::App& verb) {
          auto options = std::make_shared<NbceOptions>();
          nbce::Settings& settings = options->settings;
          verb.add_option("--model", options->model, "llama2.c checkpoint (default: the shipped model)");
          verb.add_option("--tokenizer", options->tokenizer, "llama2.c tokenizer of that model");
          verb.add_option("--context", options->contexts, "Text files; none: the question alone")->type_name("FILE");
          verb.add_option("--question", options->question, "What the answer continues");
          verb.add_option("--beta", settings.beta, "How far to go from what is expected without a context")
              ->capture_default_str();
          verb.add_option("--top-p", settings.top_p, "Share of the probability that each text keeps")
              ->capture_default_str();
          verb.add_option("--eta", settings.eta, "Entropy off for the text chosen last")->capture_default_str();
          verb.add_option("--pool", options->pool, "entropy, average or maximum")
              ->check(CLI::IsMember({"entropy", "average", "maximum"}))
              ->capture_default_str();
          verb.add_option("--temperature", settings.temperature, "0: the likeliest token")->capture_default_str();
          verb.add_option("--tokens", options->tokens, "At most so many")->capture_default_str();
          verb.add_option("--seed", options->seed, "Seed of the random numbers")->capture_default_str();
          verb.add_flag("--extrapolate", options->extrapolate, "Also beyond the length that the model was trained for");
          verb.add_flag("--json", options->json, "Print one JSON object");
          return [options] { solve_nbce(*options); };
        },
}};

}  // namespace
}  // namespace tandem::program
