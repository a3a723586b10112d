// A claim: one published statement as data, with the experiment that puts it to the test.
//
// A method's claims live in claims/<method>.cpp and register themselves with a static `Registered` object.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace tandem::claims {

enum class Verdict {
  confirmed,
  refuted,
  unstable,      ///< true in part, or not decided by the figures
  not_testable,  ///< not testable here: the machine or the data is missing
};

/// "confirmed", "refuted", "unstable", "not testable here".
std::string to_string(Verdict verdict);

/// Confirmed or refuted.
inline Verdict confirmed_if(bool holds) { return holds ? Verdict::confirmed : Verdict::refuted; }

/// What an experiment found.
struct Outcome {
  std::string measured;  ///< the figures, in words short enough for a table
  Verdict verdict = Verdict::unstable;
  /// JSON text: figures for a picture, which no table has room for. Empty: there are none.
  std::string data{};
};

struct Claim {
  std::string id;            ///< "C1"; unique within the method
  std::string method;        ///< the family the claim is about
  std::string statement;     ///< one sentence
  std::string source;        ///< where it is stated; "this project" for our own
  std::string threshold;     ///< what the figures must satisfy
  double quick_seconds = 1;  ///< planned; the progress display uses it
  double full_seconds = 1;
  bool quick = true;    ///< part of the quick run
  bool hidden = false;  ///< left out unless asked for
  /// `full` allows minutes instead of seconds. May use as many threads as the machine has cores.
  std::function<Outcome(bool full)> experiment;
};

/// All registered claims, by method and id.
const std::vector<Claim>& all_claims();

/// Registers claims from a static object: `const Registered registered{{{.id = "C1", ...}, ...}};`
struct Registered {
  explicit Registered(std::vector<Claim> claims);
};

/// A claim with what came of it.
struct Finding {
  Claim claim;
  Outcome outcome{};
  double seconds = 0;
};

/// The claims whose "method/id" matches the regular expression and that belong to the mode; throws
/// std::invalid_argument for a filter that is no regular expression.
std::vector<Claim> select(const std::string& filter, bool full, bool hidden = false);

/// Runs the experiment. One that throws is unstable, with the error as its figure.
Finding test(const Claim& claim, bool full);

}  // namespace tandem::claims
