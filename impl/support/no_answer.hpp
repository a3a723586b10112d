// How a variant says that it has no answer, instead of giving a wrong one.
#pragma once

#include <stdexcept>

namespace tandem {

/// Thrown by a variant that can tell that it fails on this problem (an iteration that does not converge). Its row is
/// left out with the message; any other exception is a failed check.
class NoAnswer : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace tandem
