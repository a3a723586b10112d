// What the fuzzers share.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <stdexcept>

namespace tandem::fuzz {

/// Ends the fuzzer where something does not hold.
inline void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

/// True if the bytes were accepted, false if they were refused in a sentence. Nothing else may be thrown.
template <class Parse>
bool accepted(Parse&& parse) {
  try {
    parse();
    return true;
  } catch (const std::invalid_argument&) {
    return false;
  }
}

}  // namespace tandem::fuzz
