// Tandem's side of compare_llama.sh, in two forms:
//
// compare_llama MODEL PROMPT_TOKENS STEPS: the microseconds of a prompt and of so many steps behind it, on one thread,
// as JSON.
//
// compare_llama MODEL TOKENIZER PROMPT_TEXT STEPS: the greedy text.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <span>
#include <string>
#include <vector>

#include "impl/language_model/language_model.hpp"

namespace {

using namespace tandem::language_model;

double microseconds() {
  const auto time = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double, std::micro>(time).count();
}

void print_times(Decoder& decoder, std::size_t prompt, std::size_t steps) {
  std::vector<Token> tokens(prompt + steps);
  for (std::size_t t = 0; t < tokens.size(); ++t) {
    tokens[t] = static_cast<Token>((t * 2654435761U >> 7) % decoder.shape().vocabulary);
  }
  std::vector<float> logits(decoder.shape().vocabulary);
  const auto run = [&](double& prompt_time, double& step_time) {
    decoder.truncate(0, 0);
    const double begin = microseconds();
    decoder.prefill(0, std::span(tokens).first(prompt), logits);
    const double middle = microseconds();
    for (std::size_t t = 0; t < steps; ++t) decoder.step(std::span(tokens).subspan(prompt + t, 1), logits);
    prompt_time = middle - begin;
    step_time = microseconds() - middle;
  };
  double prompt_time = 0;
  double step_time = 0;
  run(prompt_time, step_time);  // memory is there from now on, as it is for the other side
  run(prompt_time, step_time);
  std::printf("{\"prompt\": %f, \"steps\": %f}\n", prompt_time, step_time);
}

void print_text(Decoder& decoder, const char* tokenizer, const char* prompt, std::size_t steps) {
  const Encoder encoder(load_tokenizer(tokenizer));
  std::vector<Token> tokens = encoder.encode(prompt);
  std::vector<float> logits(decoder.shape().vocabulary);
  decoder.prefill(0, tokens, logits);
  for (std::size_t step = 0; step < steps; ++step) {
    tokens.push_back(static_cast<Token>(std::ranges::max_element(logits) - logits.begin()));
    decoder.step(std::span(tokens).last(1), logits);
  }
  std::puts(encoder.decode(tokens).c_str());
}

}  // namespace

int main(int count, char** arguments) try {
  if (count < 4) return 2;
  Decoder decoder{PackedModel(load_model(arguments[1]))};
  const auto number = [&](int i) { return std::strtoul(arguments[i], nullptr, 10); };
  if (count == 4) {
    print_times(decoder, number(2), number(3));
  } else {
    print_text(decoder, arguments[2], arguments[3], number(4));
  }
  return 0;
} catch (const std::exception& failure) {
  std::fprintf(stderr, "%s\n", failure.what());
  return 2;
}
