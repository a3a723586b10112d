// The schedulers of the suite behind one call, so that rows of a variant that differ in the scheduler differ in nothing
// else.
#pragma once

#include <cstddef>
#include <memory>
#include <type_traits>

#include "impl/support/execution.hpp"

namespace tandem {

/// What is to be done with the items [begin, end): refers to something callable, which must outlive it.
class ChunkBody {
 public:
  template <class Body>
  requires(!std::is_same_v<std::remove_cvref_t<Body>, ChunkBody>) ChunkBody(Body&& body)
      : body_(const_cast<void*>(static_cast<const void*>(std::addressof(body)))),
        call_([](void* callable, std::size_t begin, std::size_t end) {
          (*static_cast<std::remove_reference_t<Body>*>(callable))(begin, end);
        }) {}
  void operator()(std::size_t begin, std::size_t end) const { call_(body_, begin, end); }

 private:
  void* body_;
  void (*call_)(void*, std::size_t, std::size_t);
};

/// Calls body(begin, end) once for every chunk of at most `grain` items of [0, count): one after the other, by OpenMP's
/// dynamic schedule or by oneTBB's work stealing, as the execution says. No more threads than it says take part, no
/// global state is changed (a clause for OpenMP, task arenas of their own for oneTBB), and an exception of the body
/// reaches the caller.
void for_each_chunk(const Execution& execution, std::size_t count, std::size_t grain, ChunkBody body);

/// How many threads OpenMP grants a call for so many: OMP_THREAD_LIMIT, for one, may allow fewer.
int openmp_team(int threads);

}  // namespace tandem
