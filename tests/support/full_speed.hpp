// Whether this build runs at full speed.
#pragma once

namespace tandem::test {

/// True where an emulator runs another processor's instructions.
#if defined(TANDEM_EMULATED)
inline constexpr bool emulated = true;
#else
inline constexpr bool emulated = false;
#endif

/// False without optimisation, under sanitizers and in an emulator: long tests shrink, and times say nothing.
#if defined(NDEBUG) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && !defined(TANDEM_EMULATED)
inline constexpr bool full_speed = true;
#else
inline constexpr bool full_speed = false;
#endif

}  // namespace tandem::test
