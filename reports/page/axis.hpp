// One axis of a picture: where a value stands, and where lines and labels go.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace tandem::reports {

class Axis {
 public:
  /// Takes in a value; one that has no place (not finite, or not positive on a logarithmic axis) is passed over.
  void include(double value);
  void set_logarithmic(bool logarithmic) { logarithmic_ = logarithmic; }
  /// Ticks are durations, of values in seconds.
  void set_seconds() { seconds_ = true; }
  /// Widens what was taken in to whole decades, or to round numbers. With nothing taken in the axis goes from 1 to 10.
  void round();

  bool logarithmic() const { return logarithmic_; }
  bool has_place(double value) const;
  /// 0 at the low end and 1 at the high end; what lies beyond them is moved there.
  double place(double value) const;
  double low() const { return low_; }
  double high() const { return high_; }
  /// Places of lines and what stands beside them, at most about `count`.
  std::vector<std::pair<double, std::string>> ticks(int count) const;

 private:
  std::string text(double value) const;

  bool logarithmic_ = false;
  bool seconds_ = false;
  bool empty_ = true;
  double low_ = 0;
  double high_ = 0;
};

/// "10 k", "10⁻⁷": a tick's number, short.
std::string tick_text(double value);

}  // namespace tandem::reports
