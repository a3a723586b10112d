// A program that is asked and answers line by line over pipes.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

namespace tandem::regression {

/// A child that ended, hung or said what nobody understands; one sentence that names it.
struct ChildFailure : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A child that is well and answered {"error": ...}.
struct Refusal : ChildFailure {
  using ChildFailure::ChildFailure;
};

/// Ctrl-C while waiting for a child.
struct Interrupted : std::runtime_error {
  Interrupted() : std::runtime_error("interrupted") {}
};

class Child {
 public:
  /// Starts the program in a process group of its own, so that Ctrl-C reaches it through its parent alone; it dies with
  /// its parent. Its standard error is dropped. `name` is what sentences call it. Throws ChildFailure.
  Child(std::string name, const std::vector<std::string>& command,
        const std::map<std::string, std::string>& environment);
  /// Ends it at once, if it still runs.
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// The next line it says, as JSON. Throws ChildFailure at its end, at a line that is no JSON object, and after the
  /// patience; Interrupted at the first signal.
  nlohmann::json listen(std::chrono::seconds patience);
  /// Asks and listens; an {"error": ...} is thrown as Refusal.
  nlohmann::json ask(const nlohmann::json& request, std::chrono::seconds patience);

 private:
  [[noreturn]] void fail_with_end();

  std::string name_;
  pid_t id_ = -1;
  int requests_ = -1;
  int answers_ = -1;
  std::string unread_;
};

}  // namespace tandem::regression
