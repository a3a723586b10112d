#include "benchmarks/suite/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace tandem::suite {

std::string duration_text(double seconds) {
  if (seconds < 10) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<long>(std::lround(seconds));
  return whole < 60 ? fmt::format("{} s", whole) : fmt::format("{} min {:02} s", whole / 60, whole % 60);
}

Progress::Progress(double planned_seconds) : planned_(planned_seconds), terminal_(isatty(STDERR_FILENO) != 0) {}

Progress::~Progress() {
  if (terminal_ && shown_) fmt::print(stderr, "\r\033[K");
}

void Progress::now(std::string_view what) {
  what_ = what;
  show(terminal_);
}

void Progress::done(double planned_seconds) {
  completed_ += planned_seconds;
  show(false);
}

void Progress::left(double seconds) {
  end_ = Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
}

double Progress::seconds_left() const {
  if (end_) return std::max(0.0, std::chrono::duration<double>(*end_ - Clock::now()).count());
  const double elapsed = std::chrono::duration<double>(Clock::now() - start_).count();
  // The plan counts as three seconds of evidence, so that the first steps do not swing the forecast.
  const double pace = (elapsed + 3) / (completed_ + 3);
  return std::max(0.0, planned_ - completed_) * pace;
}

double Progress::share_done() const {
  if (!end_) return planned_ > 0 ? std::min(1.0, completed_ / planned_) : 1;
  const double elapsed = std::chrono::duration<double>(Clock::now() - start_).count();
  return elapsed / (elapsed + seconds_left());
}

void Progress::show(bool forced) {
  const auto now = Clock::now();
  const double elapsed = std::chrono::duration<double>(now - start_).count();
  const double since_shown = std::chrono::duration<double>(now - last_shown_).count();
  if (elapsed < 2 || (!forced && since_shown < (terminal_ ? 0.2 : 10))) return;
  last_shown_ = now;
  shown_ = true;
  fmt::print(stderr, "{}{:3.0f} %  about {} left  {}{}", terminal_ ? "\r\033[K" : "", 100 * share_done(),
             duration_text(seconds_left()), what_, terminal_ ? "" : "\n");
  std::fflush(stderr);
}

}  // namespace tandem::suite
