// What a worker has in shared memory survives the other worker's turns.
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <cstring>
#include <random>
#include <vector>

#include "benchmarks/regression/shared_pages.hpp"

namespace tandem::regression {
namespace {

constexpr std::size_t capacity = std::size_t{4} << 20;

/// The memory as the other worker has it.
class Other {
 public:
  explicit Other(const SharedPages& pages)
      : view_(static_cast<unsigned char*>(
            mmap(nullptr, capacity, PROT_READ | PROT_WRITE, MAP_SHARED, pages.descriptor(), 0))) {}
  ~Other() { munmap(view_, capacity); }
  Other(const Other&) = delete;
  Other& operator=(const Other&) = delete;

  void has_its_turn() const { std::memset(view_, 0xAB, capacity); }
  unsigned char at(std::size_t place) const { return view_[place]; }

 private:
  unsigned char* view_;
};

bool is_full_of(const std::vector<unsigned char>& block, unsigned char value) {
  for (const unsigned char byte : block) {
    if (byte != value) return false;
  }
  return true;
}

// One test, since a process takes part in one race alone.
TEST(SharedPages, KeepWhatWasWrittenThroughTheOthersTurns) {
  if (!can_share_pages()) GTEST_SKIP() << "operator new is the sanitizer's";
  const SharedPages pages;
  ASSERT_GE(pages.descriptor(), 0);
  const Other other(pages);
  share_pages(pages.descriptor());

  std::vector<unsigned char> block;
  std::vector<unsigned char> small;
  unsigned char shared = 0;
  {
    const Turn turn;
    block.assign(100'000, 7);
    small.assign(100, 8);
    shared = other.at(16);  // at the same place in every worker, since it was the first
  }
  EXPECT_EQ(shared, 7);
  std::vector<unsigned char> outside(100'000, 9);
  other.has_its_turn();
  EXPECT_TRUE(is_full_of(small, 8));
  EXPECT_TRUE(is_full_of(outside, 9));
  EXPECT_FALSE(is_full_of(block, 7));  // it is not this process's turn
  bool kept = false;
  {
    const Turn turn;
    kept = is_full_of(block, 7);
  }
  EXPECT_TRUE(kept);

  // Blocks of many sizes, come and gone in any order, some of them while the other has its turn.
  std::mt19937 random(1);
  std::vector<std::vector<unsigned char>> blocks(40);
  for (int turns = 0; turns < 200; ++turns) {
    for (int i = 0; i < 5; ++i) blocks[random() % blocks.size()] = {};
    bool intact = true;
    {
      const Turn turn;
      for (std::size_t i = 0; i < blocks.size(); ++i) {
        const auto value = static_cast<unsigned char>(i);
        intact = intact && is_full_of(blocks[i], value);
        if (random() % 4 == 0) blocks[i] = std::vector<unsigned char>(random() % 300'000, value);
      }
      intact = intact && is_full_of(block, 7);
    }
    ASSERT_TRUE(intact) << "turn " << turns;
    other.has_its_turn();
  }

  keep_own_pages();
  other.has_its_turn();
  EXPECT_TRUE(is_full_of(block, 7));
  EXPECT_TRUE(is_full_of(blocks[3], 3));
}

}  // namespace
}  // namespace tandem::regression
