// Memory for the bandwidth loops.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>

namespace tandem::suite {

/// Memory in large pages where the system has them, so that bandwidth is measured and not the walking of page tables.
/// Aligned to a large page; not initialised.
class PeakMemory {
 public:
  explicit PeakMemory(std::size_t bytes) : size_(bytes) {
    const std::size_t rounded = (bytes + large_page - 1) / large_page * large_page;
    data_.reset(static_cast<std::byte*>(std::aligned_alloc(large_page, rounded)));
    if (!data_) throw std::bad_alloc();
#ifdef MADV_HUGEPAGE
    madvise(data_.get(), rounded, MADV_HUGEPAGE);  // a wish: nothing is wrong where it is not granted
#endif
  }

  std::byte* data() { return data_.get(); }
  std::size_t size() const { return size_; }

 private:
  struct Free {
    void operator()(std::byte* memory) const { std::free(memory); }
  };
  static constexpr std::size_t large_page = std::size_t{1} << 21;

  std::unique_ptr<std::byte, Free> data_;
  std::size_t size_;
};

}  // namespace tandem::suite
