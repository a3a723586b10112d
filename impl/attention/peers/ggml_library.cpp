// Opens ggml's libraries. They are never closed: their threads may outlive whoever uses them.
#include <dlfcn.h>

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "impl/attention/peers/ggml.hpp"

namespace tandem::attention {
namespace {

void* opened(const std::filesystem::path& file) {
  if (void* library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL)) return library;
  throw std::runtime_error(std::string("ggml cannot be opened: ") + dlerror());
}

template <class Function>
void find(void* library, const std::string& name, Function& function) {
  void* const symbol = dlsym(library, ("ggml_" + name).c_str());
  if (symbol == nullptr) throw std::runtime_error("ggml has no function ggml_" + name);
  function = reinterpret_cast<Function>(symbol);
}

/// One library a kind of processor lies there, and each says how well it suits this one; 0: it cannot run here.
void* opened_for_this_processor(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().filename().string().starts_with("libggml-cpu-")) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  void* best = nullptr;
  int most = 0;
  for (const std::filesystem::path& file : files) {
    void* const library = opened(file);
    int (*score)() = nullptr;
    find(library, "backend_score", score);
    const int points = score();
    if (points > most) {
      if (best != nullptr) dlclose(best);
      best = library;
      most = points;
    } else {
      dlclose(library);
    }
  }
  if (best == nullptr) throw std::runtime_error("ggml has no library for this processor");
  return best;
}

}  // namespace

Ggml::Library::Library(const std::filesystem::path& folder) {
  void* const base = opened(folder / "libggml-base.so");
  const char* (*version)() = nullptr;
  find(base, "version", version);
  if (!std::string_view(version()).starts_with("0.25.")) {
    throw std::runtime_error(std::string("ggml is of version ") + version() + ", but what is known here is 0.25");
  }
  find(base, "init", init);
  find(base, "free", free);
  find(base, "tensor_overhead", tensor_overhead);
  find(base, "graph_overhead_custom", graph_overhead_custom);
  find(base, "new_graph_custom", new_graph_custom);
  find(base, "build_forward_expand", build_forward_expand);
  find(base, "new_tensor_3d", new_tensor_3d);
  find(base, "flash_attn_ext", flash_attn_ext);
  find(base, "backend_cpu_buffer_from_ptr", backend_cpu_buffer_from_ptr);
  find(base, "backend_buffer_free", backend_buffer_free);
  find(base, "backend_tensor_alloc", backend_tensor_alloc);
  find(base, "backend_graph_compute", backend_graph_compute);
  find(base, "backend_free", backend_free);
  find(base, "threadpool_params_init", threadpool_params_init);
  void* const processor = opened_for_this_processor(folder);
  find(processor, "backend_cpu_init", backend_cpu_init);
  find(processor, "backend_cpu_set_n_threads", backend_cpu_set_n_threads);
  find(processor, "backend_cpu_set_threadpool", backend_cpu_set_threadpool);
  find(processor, "threadpool_new", threadpool_new);
  find(processor, "threadpool_free", threadpool_free);
  constexpr std::size_t alignment = 32;
  all_memory = backend_cpu_buffer_from_ptr(reinterpret_cast<void*>(alignment),
                                           std::numeric_limits<std::ptrdiff_t>::max() - alignment);
}

}  // namespace tandem::attention
