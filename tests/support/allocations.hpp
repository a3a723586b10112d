// How much memory a piece of code asks for. This header replaces malloc and its relatives, on which operator new and
// Highway's aligned arrays rest: a program includes it in one file.
#pragma once

#include <dlfcn.h>

#include <atomic>
#include <cstddef>
#include <cstdlib>

namespace tandem::test {

/// Bytes that all threads together have asked for, whether they gave them back or not.
inline std::atomic<std::size_t> allocated_bytes{0};

}  // namespace tandem::test

// Sanitizers have an allocator of their own, and only that of the GNU C library can be called by another name.
#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
namespace tandem::test {
inline constexpr bool counts_allocations = true;
}

extern "C" {

void* __libc_malloc(std::size_t bytes) noexcept;                     // NOLINT: their names
void* __libc_calloc(std::size_t count, std::size_t bytes) noexcept;  // NOLINT
void* __libc_realloc(void* block, std::size_t bytes) noexcept;       // NOLINT

void* malloc(std::size_t bytes) noexcept {
  tandem::test::allocated_bytes += bytes;
  return __libc_malloc(bytes);
}

void* calloc(std::size_t count, std::size_t bytes) noexcept {
  tandem::test::allocated_bytes += count * bytes;
  return __libc_calloc(count, bytes);
}

void* realloc(void* block, std::size_t bytes) noexcept {
  tandem::test::allocated_bytes += bytes;
  return __libc_realloc(block, bytes);
}

void* aligned_alloc(std::size_t alignment, std::size_t bytes) noexcept {
  static const auto theirs = reinterpret_cast<void* (*)(std::size_t, std::size_t)>(dlsym(RTLD_NEXT, "aligned_alloc"));
  tandem::test::allocated_bytes += bytes;
  return theirs(alignment, bytes);
}

int posix_memalign(void** block, std::size_t alignment, std::size_t bytes) noexcept {
  static const auto theirs =
      reinterpret_cast<int (*)(void**, std::size_t, std::size_t)>(dlsym(RTLD_NEXT, "posix_memalign"));
  tandem::test::allocated_bytes += bytes;
  return theirs(block, alignment, bytes);
}

}  // extern "C"
#else
namespace tandem::test {
inline constexpr bool counts_allocations = false;
}
#endif
