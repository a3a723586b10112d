// Damages to a right answer, for the test of the judge: each must be refused by the comparison.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "benchmarks/suite/values.hpp"

namespace tandem::suite {

/// What is done to one field of the right answer.
enum class Damage {
  poisoned,      ///< left as it was before the run
  one_poisoned,  ///< one number or text of it left so
  moved,         ///< one number moved by a hundred tolerances, or to the next one where none is tolerated
  shrunk,        ///< the last element lost
  swapped,       ///< two different elements in each other's place
  foreign,       ///< the other seed's
};

inline constexpr std::array damages = {
    std::pair{Damage::poisoned, "poisoned"}, std::pair{Damage::one_poisoned, "one poisoned"},
    std::pair{Damage::moved, "moved"},       std::pair{Damage::shrunk, "shrunk"},
    std::pair{Damage::swapped, "swapped"},   std::pair{Damage::foreign, "other seed's"}};

/// Where: first, middle and last element, and of records each member in these; what lies beyond does nothing.
inline constexpr std::size_t damage_places = 3 * 6;

namespace internal {

/// Calls change(leaf, its number) for a number or text at a place, or at the next one that can be changed. Whether one
/// was.
template <class T, class Change>
bool change_one(T&& value, std::size_t place, const Change& change, std::size_t number = 0) {
  using Value = std::remove_cvref_t<T>;
  if constexpr (List<Value>) {
    const std::size_t size = value.size();
    if (size == 0) return false;
    const std::size_t begin = std::array{std::size_t{0}, size / 2, size - 1}[place % 3];
    for (std::size_t k = 0; k < size; ++k) {
      const std::size_t i = (begin + k) % size;
      std::size_t before = i;
      if constexpr (List<typename Value::value_type>) {
        before = 0;
        for (std::size_t j = 0; j < i; ++j) before += value[j].size();
      }
      if (change_one(value[i], place, change, number + before)) return true;
    }
    return false;
  } else if constexpr (Record<Value>) {
    bool changed = false;
    for_each_member(value, [&](auto& member, std::size_t i) {
      if (i == place / 3) changed = change_one(member, place % 3, change);
    });
    return changed;
  } else {
    return change(value, number);
  }
}

/// How many places a type has.
template <class T>
constexpr std::size_t places_in() {
  if constexpr (List<T>) {
    return std::max<std::size_t>(3, places_in<typename T::value_type>());
  } else if constexpr (Record<T>) {
    return 3 * member_count<T>;
  } else {
    return 1;
  }
}

/// To the next value that is no poison.
template <class T>
void move_to_next(T& leaf) {
  if constexpr (Text<T>) {
    leaf.empty() ? leaf.push_back('x') : void(leaf.back() = static_cast<char>(leaf.back() + 1));
  } else if constexpr (std::is_floating_point_v<T>) {
    leaf = std::nextafter(leaf, T{2} * leaf + T{1});
  } else {
    leaf = leaf == poison_of<T>() || static_cast<T>(leaf + 1) == poison_of<T>() ? T{0} : static_cast<T>(leaf + 1);
  }
}

/// Two elements that `different(value, i, j)` tells apart change places: of the list, or, at the second place, of the
/// first list in it that has such.
template <class T, class Different>
bool swap_two(T&& value, std::size_t place, const Different& different) {
  using Value = std::remove_cvref_t<T>;
  if constexpr (List<Value>) {
    if (place == 0) {
      for (std::size_t i = 0; i < value.size(); ++i) {
        for (std::size_t j = i + 1; j < value.size(); ++j) {
          if (!different(value[i], value[j], i, j)) continue;
          std::swap(value[i], value[j]);
          return true;
        }
      }
    } else if constexpr (List<typename Value::value_type>) {
      std::size_t before = 0;
      for (auto& inner : value) {
        const auto shifted = [&](const auto& a, const auto& b, std::size_t i, std::size_t j) {
          return different(a, b, before + i, before + j);
        };
        if (swap_two(inner, place - 1, shifted)) return true;
        before += inner.size();
      }
    }
  }
  return false;
}

/// The last element of the list, or, at the second place, of the first list in it that is not empty.
template <class T>
bool shrink(T&& value, std::size_t place) {
  using Value = std::remove_cvref_t<T>;
  if constexpr (List<Value>) {
    if (place == 0) {
      if (value.size() == 0) return false;
      value.resize(value.size() - 1);
      return true;
    }
    if constexpr (List<typename Value::value_type>) {
      return std::ranges::any_of(value, [&](auto& inner) { return shrink(inner, place - 1); });
    }
  }
  return false;
}

/// value = other, of columns too.
template <class Value, class Other>
void assign(Value&& value, const Other& other) {
  if constexpr (requires { value.rows(); }) {
    value.resize(other.size());
    for (std::size_t i = 0; i < value.size(); ++i) value[i] = other[i];
  } else {
    value = other;
  }
}

/// Does the damage to a right value; false where there is nothing to be damaged. `hundred_tolerances(i)` says how far
/// number i must be moved; 0: to the next.
template <class Value, class Distance>
bool do_damage(Value& value, Damage damage, std::size_t place, const Shape& shape, const Value& foreign,
               const Distance& hundred_tolerances) {
  switch (damage) {
    case Damage::poisoned:
      if (place > 0 || (List<Value> && shape.outer().exact && shape.outer().size == 0)) return false;
      poison(value, shape);
      return true;
    case Damage::one_poisoned:
      if (place >= places_in<Value>()) return false;
      return change_one(value, place, [](auto& leaf, std::size_t) {
        leaf = poison_of<std::remove_cvref_t<decltype(leaf)>>();
        return true;
      });
    case Damage::moved:
      if (place >= places_in<Value>()) return false;
      return change_one(value, place, [&](auto& leaf, std::size_t i) {
        const double distance = hundred_tolerances(i);
        using Leaf = std::remove_cvref_t<decltype(leaf)>;
        if (!(distance > 0)) {
          move_to_next(leaf);
        } else if constexpr (std::is_floating_point_v<Leaf>) {
          if (std::isinf(leaf)) return false;
          leaf = static_cast<Leaf>(leaf + distance);
        }
        return true;
      });
    case Damage::shrunk:
      return shrink(value, place);
    case Damage::swapped:
      return swap_two(value, place, [&](const auto& a, const auto& b, std::size_t i, std::size_t j) {
        if constexpr (std::is_floating_point_v<std::remove_cvref_t<decltype(a)>>) {
          return std::abs(static_cast<double>(a) - static_cast<double>(b)) >
                 std::max(hundred_tolerances(i), hundred_tolerances(j));
        } else {
          return !same(a, b);
        }
      });
    case Damage::foreign:
      if (place > 0 || same(value, foreign)) return false;
      assign(value, foreign);
      return true;
  }
  return false;
}

}  // namespace internal
}  // namespace tandem::suite
