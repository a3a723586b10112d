// What a PackedModel holds.
#pragma once

#include <cstddef>
#include <new>
#include <vector>

#include "reference/language_model/language_model.hpp"

namespace tandem::language_model {

/// Allocates at the start of a cache line, so that no aligned register-wide load crosses one.
template <class T>
struct CacheLineAllocator {
  using value_type = T;
  static constexpr std::align_val_t alignment{64};

  CacheLineAllocator() = default;
  template <class U>
  CacheLineAllocator(const CacheLineAllocator<U>&) {}  // NOLINT: allocators convert

  T* allocate(std::size_t count) { return static_cast<T*>(::operator new(count * sizeof(T), alignment)); }
  void deallocate(T* pointer, std::size_t) { ::operator delete(pointer, alignment); }
  bool operator==(const CacheLineAllocator&) const = default;
};

using Floats = std::vector<float, CacheLineAllocator<float>>;

/// Rows of a matrix that are multiplied at the same time: one cache line, whatever the width of a register.
inline constexpr std::size_t panel_rows = 16;

inline constexpr std::size_t panels_of(std::size_t rows) { return (rows + panel_rows - 1) / panel_rows; }
inline constexpr std::size_t padded(std::size_t rows) { return panels_of(rows) * panel_rows; }

/// A matrix in panels of 16 rows, each stored column by column; rows beyond the last are 0.
struct PackedMatrix {
  std::size_t rows = 0;
  std::size_t columns = 0;
  Floats panels{};  ///< panels_of(rows) x columns x panel_rows
};

struct Weights {
  struct Layer {
    PackedMatrix query_key_value;  ///< one below the other
    PackedMatrix output;
    PackedMatrix gate;
    PackedMatrix up;
    PackedMatrix down;
    Floats attention_norm;
    Floats feed_forward_norm;
  };

  Shape shape;
  Floats token_embedding;  ///< vocabulary x dim
  std::vector<Layer> layers;
  Floats final_norm;
  PackedMatrix classifier;
  Floats turns;  ///< max_length x 2 head_size, see append_turn
};

/// What turns a head at one position: for x_i the factors of x_i, then those of its neighbour in the pair (2j, 2j+1).
void append_turn(std::size_t head_size, std::size_t position, Floats& turns);

}  // namespace tandem::language_model
