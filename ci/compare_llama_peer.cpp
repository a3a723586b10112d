// llama.cpp's side of compare_llama.sh, by the shared libraries of the npm package @node-llama-cpp/linux-x64 3.22.1. Of
// their C interface (llama.h of version 0.5.0) only the little that is used is declared here; what is passed by value
// may be longer than it is known to be, and the defaults are asked whether they lie where they should.
//
// compare_llama_peer FOLDER MODEL PROMPT_TOKENS STEPS: the microseconds of a prompt and of so many steps behind it, on
// one thread, as JSON.
//
// compare_llama_peer FOLDER MODEL PROMPT_TEXT STEPS text: the greedy text.
#include <dlfcn.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace {

using Token = std::int32_t;

struct ModelParameters {
  std::byte unknown[256];
};

struct ContextParameters {
  std::uint32_t length, batch, processed_together, sequences;
  std::uint32_t unknown[3];
  std::int32_t step_threads, batch_threads;
  std::int32_t kinds[4];
  std::int32_t flash_attention;  ///< -1: as it likes, 0: no
  std::byte more[48];
  std::int32_t key_type, value_type;  ///< 0: float, 1: half
  std::byte rest[256];
};
static_assert(offsetof(ContextParameters, step_threads) == 28 && offsetof(ContextParameters, key_type) == 104);

struct Batch {
  std::byte unknown[128];
};

struct Llama {
  explicit Llama(const std::filesystem::path& folder) {
    void* const ggml = opened(folder / "libggml.v0.5.0.so");
    void* const llama = opened(folder / "libllama.v0.5.0.so");
    const auto find = [](void* library, const char* name, auto& function) {
      void* const symbol = dlsym(library, name);
      if (symbol == nullptr) throw std::runtime_error(std::string("llama.cpp has no function ") + name);
      function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(symbol);
    };
    void (*load_backends)(const char*) = nullptr;
    void (*set_log)(void (*)(int, const char*, void*), void*) = nullptr;
    const char* (*version)() = nullptr;
    find(ggml, "ggml_backend_load_all_from_path", load_backends);
    find(llama, "llama_log_set", set_log);
    find(llama, "llama_version", version);
    find(llama, "llama_model_default_params", model_defaults);
    find(llama, "llama_context_default_params", context_defaults);
    find(llama, "llama_model_load_from_file", load);
    find(llama, "llama_init_from_model", make_context);
    find(llama, "llama_model_get_vocab", vocabulary);
    find(llama, "llama_vocab_n_tokens", token_count);
    find(llama, "llama_tokenize", tokenize);
    find(llama, "llama_detokenize", detokenize);
    find(llama, "llama_batch_get_one", batch_of);
    find(llama, "llama_decode", decode);
    find(llama, "llama_get_logits_ith", logits);
    find(llama, "llama_get_memory", memory);
    find(llama, "llama_memory_clear", clear);
    find(llama, "llama_print_system_info", system_info);
    const ContextParameters defaults = context_defaults();
    if (!std::string_view(version()).starts_with("0.5.0") || defaults.length != 512 || defaults.batch != 2048 ||
        defaults.step_threads != 4 || defaults.batch_threads != 4 || defaults.flash_attention != -1 ||
        defaults.key_type != 1 || defaults.value_type != 1) {
      throw std::runtime_error(std::string("llama.cpp is of another version, ") + version());
    }
    set_log([](int, const char*, void*) {}, nullptr);
    load_backends(folder.c_str());
  }

  ModelParameters (*model_defaults)();
  ContextParameters (*context_defaults)();
  void* (*load)(const char* file, ModelParameters);
  void* (*make_context)(void* model, ContextParameters);
  const void* (*vocabulary)(const void* model);
  std::int32_t (*token_count)(const void* vocabulary);
  std::int32_t (*tokenize)(const void* vocabulary, const char*, std::int32_t, Token*, std::int32_t, bool, bool);
  std::int32_t (*detokenize)(const void* vocabulary, const Token*, std::int32_t, char*, std::int32_t, bool, bool);
  Batch (*batch_of)(Token*, std::int32_t);
  std::int32_t (*decode)(void* context, Batch);
  float* (*logits)(void* context, std::int32_t);
  void* (*memory)(const void* context);
  void (*clear)(void* memory, bool data);
  const char* (*system_info)();

 private:
  static void* opened(const std::filesystem::path& file) {
    if (void* library = dlopen(file.c_str(), RTLD_NOW)) return library;
    throw std::runtime_error(dlerror());
  }
};

class Model {
 public:
  Model(const Llama& llama, const char* file) : llama_(llama), model_(llama.load(file, llama.model_defaults())) {
    if (model_ == nullptr) throw std::runtime_error("llama.cpp does not load the model");
    ContextParameters parameters = llama.context_defaults();
    parameters.length = 0;  // the model's
    parameters.batch = parameters.processed_together = 512;
    parameters.step_threads = parameters.batch_threads = 1;
    // Single precision throughout, as Tandem computes: with halves in the cache the text is another one.
    parameters.key_type = parameters.value_type = 0;
    parameters.flash_attention = 0;  // several times as slow for heads that fill no register
    context_ = llama.make_context(model_, parameters);
    if (context_ == nullptr) throw std::runtime_error("llama.cpp makes no context");
  }

  void forget() const { llama_.clear(llama_.memory(context_), false); }
  void read(Token* tokens, std::size_t count) const {
    if (llama_.decode(context_, llama_.batch_of(tokens, static_cast<std::int32_t>(count))) != 0) {
      throw std::runtime_error("llama.cpp does not decode");
    }
  }
  Token likeliest() const {
    const float* const logits = llama_.logits(context_, -1);
    return static_cast<Token>(std::max_element(logits, logits + llama_.token_count(vocabulary())) - logits);
  }
  std::vector<Token> tokens(const std::string& text) const {
    std::vector<Token> tokens(text.size() + 2);
    const auto size = static_cast<std::int32_t>(text.size());
    tokens.resize(static_cast<std::size_t>(llama_.tokenize(vocabulary(), text.data(), size, tokens.data(),
                                                           static_cast<std::int32_t>(tokens.size()), true, false)));
    return tokens;
  }
  std::string text(const std::vector<Token>& tokens) const {
    std::string text(tokens.size() * 32, '\0');
    text.resize(static_cast<std::size_t>(llama_.detokenize(vocabulary(), tokens.data(),
                                                           static_cast<std::int32_t>(tokens.size()), text.data(),
                                                           static_cast<std::int32_t>(text.size()), true, false)));
    return text;
  }
  std::int32_t vocabulary_size() const { return llama_.token_count(vocabulary()); }

 private:
  const void* vocabulary() const { return llama_.vocabulary(model_); }

  const Llama& llama_;
  void* model_;
  void* context_ = nullptr;
};

double microseconds() {
  const auto time = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double, std::micro>(time).count();
}

void print_times(const Model& model, std::size_t prompt, std::size_t steps) {
  std::vector<Token> tokens(prompt + steps);
  for (std::size_t t = 0; t < tokens.size(); ++t) {
    tokens[t] = static_cast<Token>((t * 2654435761U >> 7) % static_cast<std::size_t>(model.vocabulary_size()));
  }
  double prompt_time = 0;
  double step_time = 0;
  for (int run = 0; run < 2; ++run) {  // memory is there in the second, as it is for the other side
    model.forget();
    const double begin = microseconds();
    model.read(tokens.data(), prompt);
    const double middle = microseconds();
    for (std::size_t t = 0; t < steps; ++t) model.read(tokens.data() + prompt + t, 1);
    prompt_time = middle - begin;
    step_time = microseconds() - middle;
  }
  std::printf("{\"prompt\": %f, \"steps\": %f}\n", prompt_time, step_time);
}

void print_text(const Model& model, const char* prompt, std::size_t steps) {
  std::vector<Token> tokens = model.tokens(prompt);
  model.read(tokens.data(), tokens.size());
  for (std::size_t step = 0; step < steps; ++step) {
    tokens.push_back(model.likeliest());
    model.read(&tokens.back(), 1);
  }
  std::puts(model.text(tokens).c_str());
}

}  // namespace

int main(int count, char** arguments) try {
  if (count < 5) return 2;
  const Llama llama(arguments[1]);
  const Model model(llama, arguments[2]);
  const auto number = [&](int i) { return std::strtoul(arguments[i], nullptr, 10); };
  if (count == 5) {
    print_times(model, number(3), number(4));
  } else {
    print_text(model, arguments[3], number(4));
    std::puts(llama.system_info());
  }
  return 0;
} catch (const std::exception& failure) {
  std::fprintf(stderr, "%s\n", failure.what());
  return 2;
}
