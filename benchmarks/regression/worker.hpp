// The worker: one build's side of a race between two builds.
#pragma once

#include <iosfwd>

namespace tandem::regression {

/// Answers the requests of protocol.hpp, line by line, until "finish" or the end of the input.
void serve(std::istream& requests, std::ostream& answers);

}  // namespace tandem::regression
