// How far an answer is from the right one, and how the differences of several fields become one.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>

namespace tandem::suite {

/// How far an answer, or a field of it, is from the expected one, in its own measure.
struct Agreement {
  double error = 0;
  double tolerance = 0;
  std::string message{};  ///< where they differ, naming the first differing element; empty when they agree

  /// Never with an error that is NaN or infinite, whatever the tolerance.
  bool agrees() const { return error <= tolerance && std::isfinite(error); }

  /// The error in tolerances; infinite for a NaN, and for any error where none is tolerated.
  double excess() const;

  /// Takes in another field's. The one with the larger excess stays, so nothing replaces a NaN; of two without any
  /// error, the one with the larger tolerance.
  void include(const Agreement& other);
};

__extension__ using WideNumber = unsigned __int128;

std::string text_of(float number);
std::string text_of(double number);
std::string text_of(WideNumber number);
std::string text_of(const std::string& text);  ///< in quotation marks

template <class T>
requires std::is_integral_v<T> std::string text_of(T number) { return std::to_string(number); }

}  // namespace tandem::suite
