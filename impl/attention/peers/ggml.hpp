// The little of ggml's C interface that a race takes, by the headers of version 0.25 (ggml.h, ggml-backend.h,
// ggml-cpu.h). Debian has no package of it; whoever opens the libraries asks for their version.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>

#include "impl/attention/peers/peers.hpp"

namespace tandem::attention {
namespace ggml {

// Known by pointers alone.
struct Context;
struct Tensor;
struct Graph;
struct Backend;
struct Buffer;
struct ThreadPool;

struct InitParameters {
  std::size_t memory_size;
  void* memory;
  bool no_allocation;
};

struct ThreadPoolParameters {
  bool processors[512];
  int threads;
  int priority;
  std::uint32_t polling;
  bool strict_processors;
  bool paused;
};

enum Type : int { float32 = 0, float16 = 1 };

}  // namespace ggml

/// Functions, by the names that they have behind `ggml_`.
struct Ggml::Library {
  explicit Library(const std::filesystem::path& folder);
  ~Library() { backend_buffer_free(all_memory); }
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;

  // Of all processors.
  ggml::Context* (*init)(ggml::InitParameters);
  void (*free)(ggml::Context*);
  std::size_t (*tensor_overhead)();
  std::size_t (*graph_overhead_custom)(std::size_t nodes, bool gradients);
  ggml::Graph* (*new_graph_custom)(ggml::Context*, std::size_t nodes, bool gradients);
  void (*build_forward_expand)(ggml::Graph*, ggml::Tensor*);
  /// The number that lies closest comes first.
  ggml::Tensor* (*new_tensor_3d)(ggml::Context*, ggml::Type, std::int64_t, std::int64_t, std::int64_t);
  /// Queries, keys, values, mask; scale, largest ALiBi slope, cap of the scores.
  ggml::Tensor* (*flash_attn_ext)(ggml::Context*, ggml::Tensor*, ggml::Tensor*, ggml::Tensor*, ggml::Tensor*, float,
                                  float, float);
  ggml::Buffer* (*backend_cpu_buffer_from_ptr)(void*, std::size_t);
  void (*backend_buffer_free)(ggml::Buffer*);
  int (*backend_tensor_alloc)(ggml::Buffer*, ggml::Tensor*, void*);
  int (*backend_graph_compute)(ggml::Backend*, ggml::Graph*);
  void (*backend_free)(ggml::Backend*);
  void (*threadpool_params_init)(ggml::ThreadPoolParameters*, int threads);

  // Of this one.
  ggml::Backend* (*backend_cpu_init)();
  void (*backend_cpu_set_n_threads)(ggml::Backend*, int);
  void (*backend_cpu_set_threadpool)(ggml::Backend*, ggml::ThreadPool*);
  ggml::ThreadPool* (*threadpool_new)(ggml::ThreadPoolParameters*);
  void (*threadpool_free)(ggml::ThreadPool*);

  ggml::Buffer* all_memory;  ///< ggml wants every tensor to lie in a buffer
};

}  // namespace tandem::attention
