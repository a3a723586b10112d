// Memory that a thread keeps from call to call, so that a pass need not ask the system for it.
#pragma once

#include <hwy/aligned_allocator.h>

#include <cstddef>

namespace tandem::attention {

class KeptMemory {
 public:
  /// Aligned for vectors; what was in it is lost when it grows.
  std::byte* at_least(std::size_t bytes) {
    if (bytes > size_) {
      memory_ = hwy::AllocateAligned<std::byte>(bytes);
      size_ = bytes;
    }
    return memory_.get();
  }

 private:
  hwy::AlignedFreeUniquePtr<std::byte[]> memory_;
  std::size_t size_ = 0;
};

}  // namespace tandem::attention
