// How a variant may run: the one argument that is neither problem nor answer.
#pragma once

#include <stdexcept>
#include <string>

namespace tandem {

/// 1 or more: the one place where fewer threads are refused, for no variant can be handed an Execution with them.
class ThreadCount {
 public:
  /// Throws std::invalid_argument below 1.
  ThreadCount(int count) : count_(count) {
    if (count < 1) throw std::invalid_argument("the number of threads is " + std::to_string(count) + ", not 1 or more");
  }
  operator int() const { return count_; }

 private:
  int count_;
};

/// Who hands the parts of a run to threads.
enum class Scheduler {
  sequential,  ///< nobody: the calling thread does all of it, whatever the number of threads
  openmp,
  one_tbb,
};

/// Passed to every variant. Answers do not depend on it beyond the method's stated tolerance.
struct Execution {
  ThreadCount threads = 1;  ///< of the scheduler; a variant that is not divided runs on the calling thread alone
  Scheduler scheduler = Scheduler::sequential;

  /// How many threads take part.
  int team() const { return scheduler == Scheduler::sequential ? 1 : int{threads}; }
};

}  // namespace tandem
