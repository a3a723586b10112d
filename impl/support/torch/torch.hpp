// libtorch, to be raced against, where it was found and asked for (TANDEM_TORCH). Its operations are in a library of
// their own, which is opened when the first of them is called: libtorch takes most of a second to load, and the
// protobuf that it needs is of another version than the one that SentencePiece's library, to which the program is
// linked, exports.
#pragma once

#include <dlfcn.h>

#include <cstdint>
#include <stdexcept>
#include <string>

namespace tandem::torch {

/// softmax(scale Q K^T + mask) V of rows that lie one behind the other. Heads that share keys are a batch.
struct Attention {
  int threads = 1;
  std::int64_t batches = 1;
  std::int64_t heads = 1;  ///< of a batch
  std::int64_t queries = 0;
  std::int64_t keys = 0;
  std::int64_t width = 0;
  std::int64_t head_queries = 0;   ///< from one head's first query to the next head's
  std::int64_t batch_keys = 0;     ///< from one batch's first key to the next batch's
  const float* query = nullptr;    ///< batches x heads x queries x width
  const float* key = nullptr;      ///< batches x keys x width
  const float* value = nullptr;    ///< as key
  const float* mask = nullptr;     ///< queries x keys, or nothing
  bool stops_at_diagonal = false;  ///< its own causal mask: query i sees the keys up to i
  double scale = 1;
  float* output = nullptr;  ///< as query
};

/// A tanh layer over a whole sequence: x_t = tanh(A x_{t-1} + W u_t + b).
struct TanhLayer {
  int threads = 1;
  std::int64_t length = 0;
  std::int64_t inputs = 0;
  std::int64_t width = 0;                ///< d
  const float* features = nullptr;       ///< u: length x inputs
  const float* projection = nullptr;     ///< W: inputs x width, [from][to]
  const float* bias = nullptr;           ///< b: width
  const float* weights = nullptr;        ///< A: width x width
  const float* initial_state = nullptr;  ///< x_0: width
  float* states = nullptr;               ///< length x width
};

/// What the library exports as `tandem_torch_operations`.
struct Operations {
  void (*attend)(const Attention& attention);  ///< from version 2 on
  void (*tanh_layer)(const TanhLayer& layer);
};

#ifdef TANDEM_TORCH_LIBRARY

/// Throws std::runtime_error where the library cannot be opened.
inline const Operations& operations() {
  static const Operations* const found = [] {
    // Its calls look among its own libraries first, and what it exports stays out of the program.
    void* const library = dlopen(TANDEM_TORCH_LIBRARY, RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);
    const void* const symbol = library == nullptr ? nullptr : dlsym(library, "tandem_torch_operations");
    if (symbol == nullptr) throw std::runtime_error(std::string("libtorch cannot be opened: ") + dlerror());
    return static_cast<const Operations*>(symbol);
  }();
  return *found;
}

#endif

}  // namespace tandem::torch
