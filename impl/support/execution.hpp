// How a variant may run: the one argument that is neither problem nor answer.
#pragma once

#include <algorithm>
#include <thread>

namespace tandem {

/// Passed to every variant. Answers do not depend on it beyond the method's stated tolerance.
struct Execution {
  int threads = 1;  ///< used by the `omp` and `tbb` variants; the others run on the calling thread alone
};

/// As many threads as the machine has cores.
inline Execution all_cores() {
  return {.threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()))};
}

}  // namespace tandem
