// The rules by which a field of an answer is held against the expected one.
//
// Every rule compares two values and says by how much a number of the field may move: none where that is 0.
#pragma once

#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "benchmarks/suite/agreement.hpp"
#include "benchmarks/suite/values.hpp"

namespace tandem::suite {

/// A stretch of a field that is measured as one vector.
struct Part {
  std::string name;
  std::size_t begin;
  std::size_t size;
};

namespace internal {

inline constexpr double infinity = std::numeric_limits<double>::infinity();

/// Calls visit(want, have) for all numbers of two lists, or lists of lists, of the same sizes.
template <class T, class Visit>
void for_each_number(const T& expected, const T& actual, const Visit& visit) {
  if constexpr (List<T>) {
    for (std::size_t i = 0; i < expected.size(); ++i) for_each_number(expected[i], actual[i], visit);
  } else {
    visit(expected, actual);
  }
}

/// "element 7 of element 1 of states" for a number's place in all of them.
template <class T>
std::string place_of(std::size_t number, const std::string& name, const T& value) {
  if constexpr (List<T>) {
    if constexpr (List<typename T::value_type>) {
      for (std::size_t i = 0; i < value.size(); ++i) {
        if (number < value[i].size()) return place_of(number, element_of(i, name), value[i]);
        number -= value[i].size();
      }
    }
    return element_of(number, name);
  } else {
    return name;
  }
}

/// A scale, or a function that gives number i its own, as such a function.
template <class Given>
auto by_number(Given given) {
  if constexpr (std::is_arithmetic_v<Given>) {
    return [given](std::size_t) { return given; };
  } else {
    return given;
  }
}

/// Bit by bit: the error is the number of elements that differ, and none is tolerated.
struct Equal {
  template <class T, class Answer>
  Agreement compare(const std::string& name, const T& expected, const T& actual, const Answer&, const Answer&) const {
    if (same(expected, actual)) return {};
    Agreement result{.error = 1, .tolerance = 0, .message = first_difference(name, expected, actual)};
    if constexpr (List<T>) {
      if (expected.size() != actual.size()) {
        result.error = infinity;
      } else {
        result.error = 0;
        for (std::size_t i = 0; i < expected.size(); ++i) result.error += same(expected[i], actual[i]) ? 0 : 1;
      }
    }
    return result;
  }
};

/// Number by number: |actual - expected| / scale. The scale of number i is `scale(right, i)`; that of all is
/// `scale(right)` or `scale(right, answer)`, or these give a function of i.
template <class Scale>
struct Numbers {
  double tolerance;
  Scale scale;

  template <class Answer>
  auto scale_of(const Answer& right, const Answer& answer) const {
    if constexpr (std::is_invocable_v<Scale, const Answer&, std::size_t>) {
      return [this, &right](std::size_t i) { return scale(right, i); };
    } else if constexpr (std::is_invocable_v<Scale, const Answer&, const Answer&>) {
      return by_number(scale(right, answer));
    } else {
      return by_number(scale(right));
    }
  }

  template <class T, class Answer>
  Agreement compare(const std::string& name, const T& expected, const T& actual, const Answer& right,
                    const Answer& answer) const {
    if (auto wrong = other_size(name, expected, actual)) return {infinity, tolerance, std::move(*wrong)};
    Agreement result{.error = 0, .tolerance = tolerance, .message = {}};
    const auto scale_at = scale_of(right, answer);
    std::size_t i = 0;
    for_each_number(expected, actual, [&](auto want, auto have) {
      const std::size_t number = i++;
      if (want == have) return;  // infinities, too
      const double error = std::abs(static_cast<double>(have) - static_cast<double>(want)) / scale_at(number);
      if (error <= result.error || std::isnan(result.error)) return;
      result.error = error;
      if (result.agrees() || !result.message.empty()) return;
      result.message = place_of(number, name, expected) + " is " + text_of(have) + ", expected " + text_of(want);
    });
    return result;
  }

  /// What a hundred tolerances are for each number.
  template <class Answer>
  auto hundred_tolerances(const Answer& right) const {
    return [scale_at = scale_of(right, right), share = 100 * tolerance](std::size_t i) { return share * scale_at(i); };
  }
};

/// Part by part, each as one vector: |actual - expected| / scale in the Euclidean norm. `scale(right, part)`.
template <class Scale>
struct Lengths {
  double tolerance;
  std::vector<Part> parts;
  Scale scale;

  template <class T, class Answer>
  Agreement compare(const std::string& name, const T& expected, const T& actual, const Answer& right,
                    const Answer&) const {
    if (auto wrong = other_size(name, expected, actual)) return {infinity, tolerance, std::move(*wrong)};
    Agreement result{.error = 0, .tolerance = tolerance, .message = {}};
    std::size_t end = 0;
    for (const Part& part : parts) {
      if (part.begin != end) throw std::logic_error("the parts of " + name + " do not follow each other");
      end += part.size;
      double squares = 0;
      double largest = 0;
      std::size_t worst = part.begin;
      for (std::size_t i = part.begin; i < end; ++i) {
        const double difference = std::abs(static_cast<double>(actual[i]) - static_cast<double>(expected[i]));
        squares += difference * difference;
        if (difference <= largest || std::isnan(largest)) continue;
        largest = difference;
        worst = i;
      }
      Agreement whole{
          .error = squares == 0 ? 0 : std::sqrt(squares) / scale(right, part), .tolerance = tolerance, .message = {}};
      if (!whole.agrees()) {
        whole.message =
            part.name + " is off by " + text_of(whole.error) + " of its size, most in " + element_of(worst, name);
      }
      result.include(whole);
    }
    if (end != expected.size()) throw std::logic_error("the parts of " + name + " are not all of it");
    return result;
  }

  template <class Answer>
  auto hundred_tolerances(const Answer& right) const {
    return [this, &right](std::size_t i) {
      for (const Part& part : parts) {
        if (i < part.begin + part.size) return 100 * tolerance * scale(right, part);
      }
      return 0.0;
    };
  }
};

/// By what the method says of both answers. What was never written it is not asked about, nor what is the same.
/// `swaps`: whether two elements that changed places are another answer to it.
template <class Law>
struct Judged {
  Law law;
  bool swaps = true;

  template <class T, class Answer>
  Agreement compare(const std::string& name, const T& expected, const T& actual, const Answer& right,
                    const Answer& answer) const {
    if (unwritten(actual)) {
      return {infinity, 0, "a part of " + name + " was never written: " + first_difference(name, expected, actual)};
    }
    if (same(expected, actual)) return {};
    Agreement result = law(right, answer);
    if (!result.agrees()) result.message += ": " + first_difference(name, expected, actual);
    return result;
  }
};

}  // namespace internal
}  // namespace tandem::suite
