#include "benchmarks/suite/page_arena.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <new>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "impl/support/random.hpp"

#if defined(__has_feature)
#define TANDEM_HAS_FEATURE(name) __has_feature(name)
#else
#define TANDEM_HAS_FEATURE(name) false
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || TANDEM_HAS_FEATURE(address_sanitizer) || \
    TANDEM_HAS_FEATURE(thread_sanitizer) || TANDEM_HAS_FEATURE(memory_sanitizer)
#define TANDEM_PAGE_ARENA false
#else
#define TANDEM_PAGE_ARENA true
#endif

namespace tandem::suite {
namespace {

/// Twice the second cache of today's large cores; all that is used of it is copied at every draw and turn.
constexpr std::size_t capacity = page_arena_bytes;
/// Smaller blocks may lie anywhere.
constexpr std::size_t smallest_block = std::size_t{4} << 10;
/// Between a block and the next, as malloc has it, so that blocks begin at the same offsets in a cache line as ever.
constexpr std::size_t spacing = 16;
/// Draws are made from so many times as many pages.
constexpr std::size_t pool = 8;
constexpr std::size_t smallest_page = std::size_t{4} << 10;

int make_memory(std::size_t bytes) {
  const int descriptor = memfd_create("tandem", 0);
  if (descriptor >= 0 && ftruncate(descriptor, static_cast<off_t>(bytes)) != 0) {
    close(descriptor);
    return -1;
  }
  return descriptor;
}

std::byte* map(std::size_t bytes, int flags, int descriptor) {
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, flags, descriptor, 0);
  return memory == MAP_FAILED ? nullptr : static_cast<std::byte*>(memory);
}

/// First fit in a piece of memory. What is known of the blocks lies outside it, so that a block can be given back while
/// the memory holds another process's content.
class Arena {
 public:
  bool holds(const void* block) const {
    const std::byte* begin = memory_.load(std::memory_order_relaxed);
    return begin != nullptr && block >= begin && block < begin + capacity;
  }

  void* allocate(std::size_t size) {
    if (!giving.load(std::memory_order_relaxed) || size > capacity) return nullptr;
    if (memory_.load(std::memory_order_relaxed) == nullptr) return nullptr;
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
    const auto begin =
        static_cast<std::size_t>(static_cast<const std::byte*>(pointer) - memory_.load(std::memory_order_relaxed) -
                                 static_cast<std::ptrdiff_t>(spacing));
    const std::scoped_lock lock(mutex_);
    Block* const block = std::ranges::lower_bound(&blocks_[0], &blocks_[count_], begin, {}, &Block::begin);
    const auto i = static_cast<std::size_t>(block - &blocks_[0]);
    block->used = false;
    if (i + 1 < count_ && !blocks_[i + 1].used) join_next(i);
    if (i > 0 && !blocks_[i - 1].used) join_next(i - 1);
  }

  /// Pages of its own, of which a draw takes some.
  void open_pool() {
    if (memory_ != nullptr || !TANDEM_PAGE_ARENA) return;
    descriptor_ = make_memory((1 + pool) * capacity);  // the first pages are those of before any draw
    std::iota(pages_.begin(), pages_.end(), std::uint16_t{0});
    if (descriptor_ >= 0) open(descriptor_);
  }

  bool open(int descriptor) {
    if (memory_ != nullptr) return true;
    std::byte* memory = map(capacity, MAP_SHARED, descriptor);
    copy_ = map(capacity, MAP_PRIVATE | MAP_ANONYMOUS, -1);
    if (memory == nullptr || copy_ == nullptr) return false;
    blocks_[0] = {0, capacity, false};
    count_ = 1;
    memory_ = memory;
    return true;
  }

  void redraw(std::uint64_t seed, std::uint64_t round) {
    if (descriptor_ < 0) return;
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    const std::size_t pages = pool * capacity / page;
    copy_out();
    drawn_ = std::max(drawn_, kept_);                  // a page that was drawn once must not stay where it is
    for (std::size_t i = 0; i * page < drawn_; ++i) {  // Fisher and Yates
      std::swap(pages_[i], pages_[i + random_bits(seed, round, i) % (pages - i)]);
      void* const place = memory_ + i * page;
      if (mmap(place, page, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, descriptor_,
               static_cast<off_t>(capacity + pages_[i] * page)) == MAP_FAILED) {
        std::abort();  // the blocks that were there are gone
      }
    }
    copy_in();
  }

  /// Without a memory both do nothing.
  void copy_in() {
    if (copy_ != nullptr) std::memcpy(memory_, copy_, kept_);
  }
  void copy_out() {
    if (copy_ == nullptr) return;
    kept_ = used();
    std::memcpy(copy_, memory_, kept_);
  }

  /// Ends the sharing for good: the blocks live on where they are.
  void keep() {
    if (copy_ == nullptr) return;
    if (mremap(copy_, capacity, capacity, MREMAP_MAYMOVE | MREMAP_FIXED, memory_.load()) == MAP_FAILED) std::abort();
    copy_ = nullptr;
  }

  std::atomic<bool> giving = false;

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
  std::byte* copy_ = nullptr;  ///< the content, while the pages are changed or hold another's
  std::size_t kept_ = 0;       ///< bytes of it
  std::mutex mutex_;
  std::array<Block, 1024> blocks_{};  ///< ascending, without gaps, no two free ones beside each other
  std::size_t count_ = 0;
  int descriptor_ = -1;                                                 ///< of the pool
  std::array<std::uint16_t, pool * capacity / smallest_page> pages_{};  ///< its pages, those in use first
  std::size_t drawn_ = 0;  ///< bytes from the arena's begin that lie in them
};

constinit Arena arena;  // before any constructor, since these call operator new

}  // namespace

PageArenaScope::PageArenaScope() : outer_(arena.giving) {
  arena.open_pool();
  arena.giving = true;
}
PageArenaScope::~PageArenaScope() { arena.giving = outer_; }

void redraw_pages(std::uint64_t seed, std::uint64_t round) { arena.redraw(seed, round); }

bool has_page_arena() { return TANDEM_PAGE_ARENA; }

SharedPages::SharedPages() : descriptor_(make_memory(capacity)) {}
SharedPages::~SharedPages() {
  if (descriptor_ >= 0) close(descriptor_);
}

void share_pages(int descriptor) {
  if (!arena.open(descriptor)) throw std::runtime_error("there is no memory for the two builds to share");
}
void keep_own_pages() { arena.keep(); }

Turn::Turn() {
  arena.copy_in();
  arena.giving = true;
}
Turn::~Turn() {
  arena.giving = false;
  arena.copy_out();
}

}  // namespace tandem::suite

#if TANDEM_PAGE_ARENA
// The library's other operators, but those for larger alignments, call these. Not inline, or a compiler that sees free
// behind a new believes in a mistake.
[[gnu::noinline]] void* operator new(std::size_t size) {
  if (size >= tandem::suite::smallest_block) {  // small ones cost what they cost without an arena
    if (void* block = tandem::suite::arena.allocate(size)) return block;
  }
  if (void* block = std::malloc(std::max<std::size_t>(size, 1))) return block;
  throw std::bad_alloc();
}

[[gnu::noinline]] void operator delete(void* block) noexcept {
  if (tandem::suite::arena.holds(block)) {
    tandem::suite::arena.release(block);
  } else {
    std::free(block);
  }
}

[[gnu::noinline]] void operator delete(void* block, std::size_t size) noexcept {
  if (size < tandem::suite::smallest_block) {
    std::free(block);
  } else {
    ::operator delete(block);
  }
}
#endif
