// Hashes of inputs, so that two results files can be seen to have had the same ones.
#pragma once

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <cstdint>
#include <type_traits>
#include <vector>

namespace tandem::suite {

/// XXH3 of the bytes of the values, which must have no padding.
template <class T>
requires std::has_unique_object_representations_v<T> || std::is_floating_point_v<T> std::uint64_t hash_of(
    const std::vector<T>& values) {
  return XXH3_64bits(values.data(), values.size() * sizeof(T));
}

}  // namespace tandem::suite
