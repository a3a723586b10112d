// What the races against oneDNN share. Included where it was found alone.
#pragma once

#include <omp.h>

#include <oneapi/dnnl/dnnl.hpp>

namespace tandem::onednn {

/// What oneDNN's parallel regions take on this thread, while the object lives.
class OpenMpThreads {
 public:
  explicit OpenMpThreads(int threads) : before_(omp_get_max_threads()) { omp_set_num_threads(threads); }
  ~OpenMpThreads() { omp_set_num_threads(before_); }
  OpenMpThreads(const OpenMpThreads&) = delete;
  OpenMpThreads& operator=(const OpenMpThreads&) = delete;

 private:
  int before_;
};

/// oneDNN 2 describes the operation and then makes it for an engine; oneDNN 3 does both at once.
template <class Primitive, class... Arguments>
typename Primitive::primitive_desc described(const dnnl::engine& engine, const Arguments&... arguments) {
  if constexpr (requires { typename Primitive::desc; }) {
    return {typename Primitive::desc(arguments...), engine};
  } else {
    return {engine, arguments...};
  }
}

}  // namespace tandem::onednn
