// Whether this build runs at full speed.
#pragma once

namespace tandem::test {

/// False without optimisation and under sanitizers: long tests shrink, and times say nothing.
#if defined(NDEBUG) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
inline constexpr bool full_speed = true;
#else
inline constexpr bool full_speed = false;
#endif

}  // namespace tandem::test
