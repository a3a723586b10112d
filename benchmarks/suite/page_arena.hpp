// Memory whose physical pages the suite decides.
//
// Which sets of a physically indexed cache the arrays of a row share depends on the pages that they happen to get: the
// same program is up to 20 % faster or slower from process to process where they nearly fill the second cache. So the
// larger blocks of a case (problem, answer, scratch) lie in an arena, 4 MiB at one place of the address space, and
//
// - the race of the variants draws its pages anew before every round: the luck of the pages becomes noise of a round,
//   which the interval takes in, instead of a bias of the run;
// - the two workers of a regression race share its pages, each with its own content, which it copies in when its turn
//   begins and out when it ends, since they never run at once: the luck is the same for both and cancels in the ratio.
//
// Blocks of operator new alone can lie there, while a scope or a turn lasts: not malloc's (Highway's aligned arrays,
// oneDNN's). What does not fit lies where it always did; over so many pages luck averages. Under a sanitizer operator
// new is the sanitizer's, and there is no arena.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tandem::suite {

/// Of the arena: more never lies in drawn pages.
inline constexpr std::size_t page_arena_bytes = std::size_t{4} << 20;

/// While it lives, blocks of 4 KiB and more are taken from the arena.
class PageArenaScope {
 public:
  PageArenaScope();
  ~PageArenaScope();
  PageArenaScope(const PageArenaScope&) = delete;
  PageArenaScope& operator=(const PageArenaScope&) = delete;

 private:
  bool outer_;
};

/// Gives the arena other pages, drawn by seed and round from eight times as many; its content and addresses stay. No
/// other thread may use it meanwhile.
void redraw_pages(std::uint64_t seed, std::uint64_t round);

/// Whether there is an arena in this program.
bool has_page_arena();

/// The memory that two workers share; the coordinator makes it and they inherit its descriptor.
class SharedPages {
 public:
  SharedPages();
  ~SharedPages();
  SharedPages(const SharedPages&) = delete;
  SharedPages& operator=(const SharedPages&) = delete;

  int descriptor() const { return descriptor_; }  ///< below 0 where the system gives none

 private:
  int descriptor_;
};

/// From now on the arena's pages are those behind the descriptor. Throws std::runtime_error if there are none.
void share_pages(int descriptor);

/// Ends it: the arena's content is kept in pages of this process's own.
void keep_own_pages();

/// While it lives the shared pages hold this process's content, and blocks are taken from the arena. Without
/// share_pages it does nothing.
class Turn {
 public:
  Turn();
  ~Turn();
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
};

}  // namespace tandem::suite
