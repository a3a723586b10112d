// The program as a function: all that main() needs.
#pragma once

namespace tandem::program {

/// Exit statuses of every verb.
enum Exit : int {
  all_well = 0,
  check_failed = 1,  ///< a disagreement, an impossible time
  bad_usage = 2,     ///< bad arguments or bad input
};

/// Parses the arguments, runs the verb, returns the exit status. Errors go to standard error in one sentence.
int run_program(int argc, char** argv);

}  // namespace tandem::program
