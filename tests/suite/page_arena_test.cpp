// What lies in the arena survives new pages and another process's turns.
#include "benchmarks/suite/page_arena.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace tandem::suite {
namespace {

constexpr std::size_t capacity = std::size_t{4} << 20;
using Bytes = std::vector<unsigned char>;

bool is_full_of(const Bytes& block, unsigned char value) {
  return std::ranges::all_of(block, [value](unsigned char byte) { return byte == value; });
}

/// Where an address lies in the file that is mapped there; 0 if none is.
std::uint64_t place_in_file(const void* address) {
  const auto wanted = reinterpret_cast<std::uintptr_t>(address);
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    std::istringstream words(line);
    std::uintptr_t begin = 0;
    std::uintptr_t end = 0;
    std::uint64_t offset = 0;
    std::string rights;
    char dash = 0;
    words >> std::hex >> begin >> dash >> end >> rights >> offset;
    if (wanted >= begin && wanted < end && line.find("memfd:tandem") != std::string::npos) {
      return offset + (wanted - begin);
    }
  }
  return 0;
}

/// Blocks of many sizes that come and go in any order.
class Traffic {
 public:
  void come_and_go() {
    for (Bytes& block : blocks_) {
      const auto value = static_cast<unsigned char>(&block - blocks_.data());
      intact_ = intact_ && is_full_of(block, value);
      if (random_() % 4 == 0) block = Bytes(random_() % 300'000, value);
    }
  }
  void some_go() {
    for (int i = 0; i < 5; ++i) blocks_[random_() % blocks_.size()] = {};
  }
  bool intact() const { return intact_; }

 private:
  std::mt19937 random_{1};
  std::vector<Bytes> blocks_{40};
  bool intact_ = true;
};

/// In a process of its own, since an arena is opened once: 0, or the number of the first sentence that does not hold.
int redraws() {
  Bytes block;
  Traffic traffic;
  std::set<std::uint64_t> places;
  for (std::uint64_t round = 0; round < 100; ++round) {
    {
      const PageArenaScope scope;
      if (round == 0) block.assign(100'000, 7);
      traffic.come_and_go();
    }
    const void* const address = block.data();
    traffic.some_go();
    redraw_pages(1, round);
    places.insert(place_in_file(block.data()));
    if (block.data() != address || !is_full_of(block, 7)) return 1;
  }
  if (!traffic.intact()) return 2;
  if (places.size() < 95 || places.contains(0)) return 3;  // of 8,192 pages
  const Bytes outside(100'000, 9);
  return place_in_file(outside.data()) == 0 ? 0 : 4;
}

TEST(PageArena, HasOtherPagesAndTheSameContentAfterEveryDraw) {
  if (!has_page_arena()) GTEST_SKIP() << "operator new is the sanitizer's";
  EXPECT_EXIT(std::_Exit(redraws()), testing::ExitedWithCode(0), "");
}

int takes_and_gives_back_by_size() {
  const PageArenaScope scope;
  const void* place = nullptr;
  for (int time = 0; time < 2; ++time) {
    const Bytes below((4 << 10) - 1, 1);
    const Bytes smallest(4 << 10, 2);
    if (place_in_file(below.data()) != 0) return 1;
    if (place_in_file(smallest.data()) == 0) return 2;
    if (time == 1 && smallest.data() != place) return 3;  // it was not given back
    place = smallest.data();
  }
  return 0;
}

TEST(PageArena, HasTheBlocksOfFourKibibytesAndMore) {
  if (!has_page_arena()) GTEST_SKIP() << "operator new is the sanitizer's";
  EXPECT_EXIT(std::_Exit(takes_and_gives_back_by_size()), testing::ExitedWithCode(0), "");
}

int takes_turns() {
  const SharedPages pages;
  void* const view = mmap(nullptr, capacity, PROT_READ | PROT_WRITE, MAP_SHARED, pages.descriptor(), 0);
  if (view == MAP_FAILED) return 1;
  const auto other_has_its_turn = [view] { std::memset(view, 0xAB, capacity); };
  share_pages(pages.descriptor());
  Bytes block;
  Bytes small;
  {
    const Turn turn;
    block.assign(100'000, 7);
    small.assign(100, 8);
    // The first block lies at the same place in every worker.
    if (std::memcmp(static_cast<unsigned char*>(view) + 16, block.data(), block.size()) != 0) return 2;
  }
  const Bytes outside(100'000, 9);
  other_has_its_turn();
  if (!is_full_of(small, 8) || !is_full_of(outside, 9)) return 3;
  if (is_full_of(block, 7)) return 4;  // it is not this process's turn
  Traffic traffic;
  for (int turns = 0; turns < 200; ++turns) {
    {
      const Turn turn;
      traffic.come_and_go();
      if (!is_full_of(block, 7)) return 5;
    }
    traffic.some_go();
    other_has_its_turn();
  }
  if (!traffic.intact()) return 6;
  keep_own_pages();
  other_has_its_turn();
  return is_full_of(block, 7) ? 0 : 7;
}

TEST(PageArena, KeepsItsContentThroughTheOthersTurns) {
  if (!has_page_arena()) GTEST_SKIP() << "operator new is the sanitizer's";
  EXPECT_EXIT(std::_Exit(takes_turns()), testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace tandem::suite
