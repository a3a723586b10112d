// The same physical pages for both workers of a pair.
//
// Which sets of a physically indexed cache the arrays of a row share is decided by the pages that they happen to get,
// and makes a process of the same program up to 15 % faster or slower than the next. So both workers keep the larger
// blocks of their memory (problem, answer, scratch) in one piece of shared memory, at the same places if they ask for
// the same blocks in the same order. They never run at once: whoever's turn it is copies its own content in, and out
// again at the end. What the pages do then cancels in the ratio.
//
// Shared are blocks of operator new; not those of malloc (Highway's aligned arrays, oneDNN's), nor what is too large.
#pragma once

#include <cstddef>

namespace tandem::regression {

/// The coordinator's side: the memory itself, and none where the system gives none.
class SharedPages {
 public:
  SharedPages();
  ~SharedPages();
  SharedPages(const SharedPages&) = delete;
  SharedPages& operator=(const SharedPages&) = delete;

  int descriptor() const { return descriptor_; }  ///< for workers to inherit; below 0 if there is none

 private:
  int descriptor_;
};

/// Whether this program's operator new can give blocks of shared memory; under a sanitizer it is the sanitizer's.
bool can_share_pages();

/// From now on the blocks that a turn allocates are of the shared memory. Throws std::runtime_error if there is none
/// behind the descriptor.
void share_pages(int descriptor);

/// Ends it: what lies in the shared memory stays where it is, in pages of this process's own.
void keep_own_pages();

/// While it lives the shared memory holds this process's content. Without share_pages it does nothing.
class Turn {
 public:
  Turn();
  ~Turn();
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
};

}  // namespace tandem::regression
