// A run of Google Benchmark that failed, as every version has it: 1.8 turned `error_occurred` into `skipped`.
#pragma once

#include <optional>
#include <string>
#include <utility>

namespace tandem::suite {

/// `Run`: benchmark::BenchmarkReporter::Run. A template, so that the member that is not there is not looked for.
template <class Run>
std::optional<std::string> error_of(const Run& run) {
  if constexpr (requires { run.error_occurred; }) {
    return run.error_occurred ? std::optional(run.error_message) : std::nullopt;
  } else {
    return run.skipped != 0 ? std::optional(run.skip_message) : std::nullopt;
  }
}

template <class Run>
void set_error(Run& run, std::string why) {
  if constexpr (requires { run.error_occurred; }) {
    run.error_occurred = true;
    run.error_message = std::move(why);
  } else {
    using Skipped = decltype(run.skipped);
    run.skipped = Skipped::SkippedWithError;
    run.skip_message = std::move(why);
  }
}

}  // namespace tandem::suite
