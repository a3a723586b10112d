// What the suite does with the value of a field, whatever its type: numbers, texts, records and lists of these, lists
// of lists. Poison it, find what was never written, tell two apart.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "benchmarks/suite/agreement.hpp"
#include "benchmarks/suite/members.hpp"

namespace tandem::suite {

/// How many elements a list has: so many, or as many as the variant finds.
struct Extent {
  Extent() = default;
  Extent(std::size_t count) : size(count), exact(true) {}

  std::size_t size = 0;  ///< where it is not exact: what there is room for
  bool exact = false;
};

/// As many elements as the variant finds, with room for `size`.
inline Extent up_to(std::size_t size) {
  Extent extent(size);
  extent.exact = false;
  return extent;
}

/// The sizes of a field, for a list of lists the outer one first. Those of scalars, and of lists that are whatever the
/// variant makes them, are not given.
class Shape {
 public:
  Shape() = default;
  Shape(std::size_t size) : Shape(Extent(size)) {}
  Shape(Extent outer, Extent inner = {}) : extents_{outer, inner} {}

  Extent outer() const { return extents_[0]; }
  Shape inner() const { return Shape(extents_[1]); }

 private:
  std::array<Extent, 2> extents_{};
};

/// A record to find members in.
template <class T>
const T& sample_of() {
  static const T sample{};
  return sample;
}

/// One member of the records of a list, seen as a list of its own.
template <class Rows, class Value>
class Column {
 public:
  using value_type = Value;
  using Row = typename Rows::value_type;

  Column(Rows& rows, Value Row::*member) : rows_(&rows), member_(member) {}

  std::size_t size() const { return rows_->size(); }
  void resize(std::size_t size) const { rows_->resize(size); }
  auto& operator[](std::size_t i) const { return (*rows_)[i].*member_; }
  const void* rows() const { return rows_; }
  /// Whether this is the column of that member of the sample.
  bool is(const void* member_of_sample) const { return member_of_sample == &(sample_of<Row>().*member_); }

 private:
  Rows* rows_;
  Value Row::*member_;
};

/// What no right answer holds.
template <class T>
T poison_of() {
  static_assert(!std::is_same_v<T, bool>, "a truth value has no room for a poison");
  if constexpr (std::is_floating_point_v<T>) {
    return std::numeric_limits<T>::quiet_NaN();
  } else if constexpr (Text<T>) {
    return "\xFFnever written";
  } else if constexpr (List<T>) {
    return T(1, poison_of<typename T::value_type>());
  } else if constexpr (Record<T>) {
    T record{};
    for_each_member(record,
                    [](auto& member, std::size_t) { member = poison_of<std::remove_reference_t<decltype(member)>>(); });
    return record;
  } else if constexpr (std::is_signed_v<T>) {
    return std::numeric_limits<T>::min();
  } else {
    return static_cast<T>(~T{0});  // numbers of 128 bits are among these
  }
}

/// Gives a value its shape and fills it with poison. Keeps the memory of its lists.
template <class T>
void poison(T&& value, const Shape& shape) {
  using Value = std::remove_cvref_t<T>;
  if constexpr (List<Value>) {
    const Extent extent = shape.outer();
    if constexpr (requires { value.reserve(extent.size); }) value.reserve(extent.size);
    value.resize(extent.exact ? extent.size : 1);
    if constexpr (requires { std::ranges::fill(value, value[0]); } && !List<typename Value::value_type>) {
      std::ranges::fill(value, poison_of<typename Value::value_type>());
    } else {
      for (std::size_t i = 0; i < value.size(); ++i) poison(value[i], shape.inner());
    }
  } else {
    value = poison_of<Value>();
  }
}

/// Whether a part of the value is still poisoned.
template <class T>
bool unwritten(const T& value) {
  if constexpr (std::is_floating_point_v<T>) {
    return std::isnan(value);
  } else if constexpr (List<T>) {
    for (std::size_t i = 0; i < value.size(); ++i) {
      if (unwritten(value[i])) return true;
    }
    return false;
  } else if constexpr (Record<T>) {
    bool any = false;
    for_each_member(value, [&](const auto& member, std::size_t) { any = any || unwritten(member); });
    return any;
  } else {
    return value == poison_of<T>();
  }
}

template <class T>
bool same(const T& expected, const T& actual) {
  if constexpr (List<T>) {
    if (expected.size() != actual.size()) return false;
    if constexpr (std::is_arithmetic_v<typename T::value_type> && requires { expected == actual; }) {
      return expected == actual;  // one pass over memory
    } else {
      for (std::size_t i = 0; i < expected.size(); ++i) {
        if (!same(expected[i], actual[i])) return false;
      }
      return true;
    }
  } else if constexpr (Record<T>) {
    return [&]<std::size_t... number>(std::index_sequence<number...>) {
      const auto left = members(expected);
      const auto right = members(actual);
      return (same(std::get<number>(left), std::get<number>(right)) && ...);
    }
    (std::make_index_sequence<member_count<T>>{});
  } else {
    return expected == actual;
  }
}

/// "element 3 of samples"
inline std::string element_of(std::size_t i, const std::string& name) {
  return "element " + std::to_string(i) + " of " + name;
}

/// A sentence where two lists, or lists of lists, differ in size.
template <class T>
std::optional<std::string> other_size(const std::string& name, const T& expected, const T& actual) {
  if constexpr (List<T>) {
    if (expected.size() != actual.size()) {
      return name + " has " + std::to_string(actual.size()) + " elements, expected " + std::to_string(expected.size());
    }
    if constexpr (List<typename T::value_type>) {
      for (std::size_t i = 0; i < expected.size(); ++i) {
        if (expected[i].size() != actual[i].size()) return other_size(element_of(i, name), expected[i], actual[i]);
      }
    }
  }
  return std::nullopt;
}

/// A sentence where a value has not the shape that is said.
template <class T>
std::optional<std::string> other_shape(const std::string& name, const T& value, const Shape& shape) {
  if constexpr (List<T>) {
    const Extent extent = shape.outer();
    if (extent.exact && value.size() != extent.size) {
      return name + " has " + std::to_string(value.size()) + " elements, not " + std::to_string(extent.size);
    }
    if constexpr (List<typename T::value_type>) {
      for (std::size_t i = 0; i < value.size(); ++i) {
        if (auto wrong = other_shape(element_of(i, name), value[i], shape.inner())) return wrong;
      }
    }
  }
  return std::nullopt;
}

/// A sentence on the first difference of two values that are not the same.
template <class T>
std::string first_difference(const std::string& name, const T& expected, const T& actual) {
  if constexpr (List<T>) {
    for (std::size_t i = 0; i < std::min(expected.size(), actual.size()); ++i) {
      if (!same(expected[i], actual[i])) return first_difference(element_of(i, name), expected[i], actual[i]);
    }
    return other_size(name, expected, actual).value_or(name);
  } else if constexpr (Record<T>) {
    std::string sentence;
    [&]<std::size_t... number>(std::index_sequence<number...>) {
      const auto left = members(expected);
      const auto right = members(actual);
      const auto look = [&](std::size_t i, const auto& want, const auto& have) {
        if (!sentence.empty() || same(want, have)) return;
        sentence = first_difference("member " + std::to_string(i + 1) + " of " + name, want, have);
      };
      (look(number, std::get<number>(left), std::get<number>(right)), ...);
    }
    (std::make_index_sequence<member_count<T>>{});
    return sentence;
  } else {
    return name + " is " + text_of(actual) + ", expected " + text_of(expected);
  }
}

}  // namespace tandem::suite
