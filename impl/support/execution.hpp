// How a variant may run: the one argument that is neither problem nor answer.
#pragma once

namespace tandem {

/// Passed to every variant. Answers do not depend on it beyond the method's stated tolerance.
struct Execution {
  int threads = 1;  ///< used by the `omp` and `tbb` variants; the others run on the calling thread alone
};

}  // namespace tandem
