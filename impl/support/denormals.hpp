// Numbers too small for a float's exponent, and what they cost.
//
// A state that fades by a factor at every step ends among the denormal numbers and stays there. Intel's processors take
// some 150 cycles for an operation on one, so that two dead units of 128 made a whole network three times slower.
#pragma once

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

namespace tandem {

/// While it lives, the calling thread's float and double arithmetic takes denormal numbers (below 1.2e-38 in float) for
/// 0. What was set before comes back with its end. Does nothing on processors whose setting it does not know.
class DenormalsAreZero {
 public:
#if defined(__x86_64__)
  DenormalsAreZero() { _mm_setcsr(before_ | flush_results | operands_are_zero); }
  ~DenormalsAreZero() { _mm_setcsr(before_); }
#elif defined(__aarch64__)
  DenormalsAreZero() { set(before_ | flush); }
  ~DenormalsAreZero() { set(before_); }
#else
  DenormalsAreZero() {}
#endif
  DenormalsAreZero(const DenormalsAreZero&) = delete;
  DenormalsAreZero& operator=(const DenormalsAreZero&) = delete;

 private:
#if defined(__x86_64__)
  static constexpr unsigned flush_results = 0x8000;
  static constexpr unsigned operands_are_zero = 0x0040;
  unsigned before_ = _mm_getcsr();
#elif defined(__aarch64__)
  static constexpr unsigned long flush = 1UL << 24;
  static unsigned long get() {
    unsigned long value;
    asm volatile("mrs %0, fpcr" : "=r"(value));
    return value;
  }
  static void set(unsigned long value) { asm volatile("msr fpcr, %0" : : "r"(value) : "memory"); }
  unsigned long before_ = get();
#endif
};

}  // namespace tandem
