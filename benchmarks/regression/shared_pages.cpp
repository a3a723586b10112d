#include "benchmarks/regression/shared_pages.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <new>
#include <stdexcept>

#if defined(__has_feature)
#define TANDEM_HAS_FEATURE(name) __has_feature(name)
#else
#define TANDEM_HAS_FEATURE(name) false
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || TANDEM_HAS_FEATURE(address_sanitizer) || \
    TANDEM_HAS_FEATURE(thread_sanitizer)
#define TANDEM_OWN_OPERATOR_NEW false
#else
#define TANDEM_OWN_OPERATOR_NEW true
#endif

namespace tandem::regression {
namespace {

/// Twice the second cache of today's large cores; every turn copies what is used of it twice.
constexpr std::size_t capacity = std::size_t{4} << 20;
/// Smaller blocks are a page at most and may lie anywhere.
constexpr std::size_t smallest_block = std::size_t{4} << 10;
/// Of one block beside the next, as malloc has it: so blocks begin at the same offsets in a cache line as ever.
constexpr std::size_t spacing = 16;

/// First fit in a piece of memory. What is known of the blocks lies outside it, so that a block can be given back while
/// the memory holds another process's content.
class Arena {
 public:
  bool holds(const void* block) const {
    const std::byte* begin = memory_.load(std::memory_order_relaxed);
    return begin != nullptr && block >= begin && block < begin + capacity;
  }

  void* allocate(std::size_t size) {
    if (!turn_.load(std::memory_order_relaxed) || size < smallest_block || size > capacity) return nullptr;
    const std::size_t wanted = (size + 2 * spacing - 1) / spacing * spacing;
    const std::scoped_lock lock(mutex_);
    for (std::size_t i = 0; i < count_; ++i) {
      Block& block = blocks_[i];
      if (block.used || block.size < wanted) continue;
      if (block.size > wanted) {
        if (count_ == blocks_.size()) return nullptr;
        std::copy_backward(&blocks_[i + 1], &blocks_[count_], &blocks_[count_ + 1]);
        ++count_;
        blocks_[i + 1] = {block.begin + wanted, block.size - wanted, false};
      }
      block.size = wanted;
      block.used = true;
      return memory_.load(std::memory_order_relaxed) + block.begin + spacing;
    }
    return nullptr;
  }

  void release(const void* pointer) {
    const std::size_t begin =
        static_cast<std::size_t>(static_cast<const std::byte*>(pointer) - memory_.load(std::memory_order_relaxed)) -
        spacing;
    const std::scoped_lock lock(mutex_);
    auto i = static_cast<std::size_t>(
        std::ranges::lower_bound(&blocks_[0], &blocks_[count_], begin, {}, &Block::begin) - &blocks_[0]);
    blocks_[i].used = false;
    if (i + 1 < count_ && !blocks_[i + 1].used) join_next(i);
    if (i > 0 && !blocks_[i - 1].used) join_next(i - 1);
  }

  void open(int descriptor) {
    if (memory_ != nullptr) return;
    void* memory = mmap(nullptr, capacity, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    void* own = mmap(nullptr, capacity, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED || own == MAP_FAILED) throw std::runtime_error("there is no shared memory for a race");
    blocks_[0] = {0, capacity, false};
    count_ = 1;
    own_ = static_cast<std::byte*>(own);
    memory_ = static_cast<std::byte*>(memory);
  }

  void begin_turn() {
    if (own_ == nullptr) return;
    std::memcpy(memory_, own_, kept_);
    turn_ = true;
  }

  void end_turn() {
    if (own_ == nullptr) return;
    turn_ = false;
    kept_ = used();
    std::memcpy(own_, memory_, kept_);
  }

  /// For good: blocks that live on keep their addresses.
  void close() {
    if (own_ == nullptr) return;
    if (mremap(own_, capacity, capacity, MREMAP_MAYMOVE | MREMAP_FIXED, memory_.load()) == MAP_FAILED) std::abort();
    own_ = nullptr;
  }

 private:
  struct Block {
    std::size_t begin;
    std::size_t size;
    bool used;
  };

  void join_next(std::size_t i) {
    blocks_[i].size += blocks_[i + 1].size;
    std::copy(&blocks_[i + 2], &blocks_[count_], &blocks_[i + 1]);
    --count_;
  }

  /// Bytes up to the end of the last block in use.
  std::size_t used() {
    const std::scoped_lock lock(mutex_);
    return blocks_[count_ - 1].used ? capacity : blocks_[count_ - 1].begin;
  }

  std::atomic<std::byte*> memory_ = nullptr;
  std::atomic<bool> turn_ = false;
  std::byte* own_ = nullptr;  ///< what the shared memory holds in this process's turns
  std::size_t kept_ = 0;      ///< bytes of it
  std::mutex mutex_;
  std::array<Block, 1024> blocks_{};  ///< ascending, without gaps, no two free ones beside each other
  std::size_t count_ = 0;
};

constinit Arena arena;  // before any constructor, since operator new is called by them

}  // namespace

SharedPages::SharedPages() : descriptor_(memfd_create("tandem", 0)) {
  if (descriptor_ >= 0 && ftruncate(descriptor_, capacity) != 0) {
    close(descriptor_);
    descriptor_ = -1;
  }
}

SharedPages::~SharedPages() {
  if (descriptor_ >= 0) close(descriptor_);
}

bool can_share_pages() { return TANDEM_OWN_OPERATOR_NEW; }
void share_pages(int descriptor) { arena.open(descriptor); }
void keep_own_pages() { arena.close(); }
Turn::Turn() { arena.begin_turn(); }
Turn::~Turn() { arena.end_turn(); }

}  // namespace tandem::regression

#if TANDEM_OWN_OPERATOR_NEW
// The library's other operators, but those for larger alignments, call these.
void* operator new(std::size_t size) {
  if (void* block = tandem::regression::arena.allocate(size)) return block;
  if (void* block = std::malloc(std::max<std::size_t>(size, 1))) return block;
  throw std::bad_alloc();
}

void operator delete(void* block) noexcept {
  if (tandem::regression::arena.holds(block)) {
    tandem::regression::arena.release(block);
  } else {
    std::free(block);
  }
}

void operator delete(void* block, std::size_t) noexcept { ::operator delete(block); }
#endif
