// The members of an aggregate, counted by the compiler: what no description of an answer can leave out unnoticed.
#pragma once

#include <cstddef>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

namespace tandem::suite {

template <class T>
concept Text = std::is_same_v<T, std::string>;

/// A std::vector, or what behaves like one.
template <class T>
concept List = !Text<T> && requires(T & list, std::size_t i) {
  typename T::value_type;
  list.size();
  list.resize(i);
  list[i];
};

template <class T>
concept Record = std::is_class_v<T> && std::is_aggregate_v<T> && !List<T> && !Text<T>;

namespace internal {

/// Stands for a value of any type.
struct Anything {
  template <class T>
  operator T() const;  // never defined: only asked whether it would do
};

template <class T, class... Anythings>
consteval std::size_t count_members() {
  if constexpr (requires { T{std::declval<Anythings>()..., std::declval<Anything>()}; }) {
    return count_members<T, Anythings..., Anything>();
  } else {
    return sizeof...(Anythings);
  }
}

}  // namespace internal

template <Record T>
inline constexpr std::size_t member_count = internal::count_members<T>();

/// References to all members of a record, in their order.
template <class T>
auto members(T& record) {
  constexpr std::size_t count = member_count<std::remove_const_t<T>>;
  static_assert(count >= 1 && count <= 6, "records of up to six members are known here: add a line");
  if constexpr (count == 1) {
    auto& [a] = record;
    return std::tie(a);
  } else if constexpr (count == 2) {
    auto& [a, b] = record;
    return std::tie(a, b);
  } else if constexpr (count == 3) {
    auto& [a, b, c] = record;
    return std::tie(a, b, c);
  } else if constexpr (count == 4) {
    auto& [a, b, c, d] = record;
    return std::tie(a, b, c, d);
  } else if constexpr (count == 5) {
    auto& [a, b, c, d, e] = record;
    return std::tie(a, b, c, d, e);
  } else {
    auto& [a, b, c, d, e, f] = record;
    return std::tie(a, b, c, d, e, f);
  }
}

/// Calls visit(member, number) for the members of a record, counted from 0.
template <class T, class Visit>
void for_each_member(T& record, Visit&& visit) {
  std::size_t number = 0;
  std::apply([&](auto&... member) { (visit(member, number++), ...); }, members(record));
}

}  // namespace tandem::suite
