// How far a long command is, and how long it will still take, on standard error.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace tandem::suite {

/// On a terminal one line that rewrites itself; elsewhere a line every ten seconds. The time left comes from the
/// planned seconds of what is still to do, scaled by how the plan has held so far. Silent for work that takes under two
/// seconds.
class Progress {
 public:
  /// `planned_seconds` is the plan for everything; the sum of all `step` calls should come to it.
  explicit Progress(double planned_seconds);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Says what is being done now.
  void now(std::string_view what);
  /// A part of the plan is done.
  void done(double planned_seconds);
  /// The time left from now on, for a caller that knows it better than the plan.
  void left(double seconds);

 private:
  using Clock = std::chrono::steady_clock;

  void show(bool forced);
  double seconds_left() const;
  double share_done() const;

  double planned_;
  double completed_ = 0;
  std::optional<Clock::time_point> end_;  ///< as the caller foretold it
  bool terminal_;
  bool shown_ = false;
  std::string what_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point last_shown_ = Clock::now();
};

/// "3.2 s", "4 min 10 s".
std::string duration_text(double seconds);

}  // namespace tandem::suite
