// A claim: one statement as data, with the experiment that puts it to the test. Most were published by others; what
// this project itself states or aims at is a target and is listed apart.
//
// A method's claims live in claims/<family>/ and register themselves with a static `RegisteredClaims` object.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "claims/suite/picture.hpp"
#include "claims/suite/verdict.hpp"

namespace tandem::claims {

/// What an experiment found.
struct Outcome {
  std::string measured;  ///< the figures, in words short enough for a table
  Verdict verdict;
  std::size_t cases;            ///< how many were looked at: numbers, texts, networks, draws; none is no verdict
  std::vector<Picture> data{};  ///< figures that no table has room for
};

/// The outcome where something is missing.
inline Outcome not_testable(std::string why) { return {std::move(why), Verdict::not_testable, 0}; }

/// The source of a target of this project: nobody published it.
inline constexpr const char* of_this_project = "";

struct Claim {
  std::string id;            ///< "C1"; unique within the method
  std::string method;        ///< the family the claim is about
  std::string statement;     ///< one sentence
  std::string source;        ///< where it is published, or of_this_project
  std::string threshold;     ///< what the figures must satisfy
  double quick_seconds = 1;  ///< planned; the progress display uses it
  double full_seconds = 1;
  bool quick = true;    ///< part of the quick run
  bool hidden = false;  ///< left out unless asked for
  /// `full` allows minutes instead of seconds. May use as many threads as the machine has cores.
  std::function<Outcome(bool full)> experiment;

  bool is_target() const { return source == of_this_project; }
};

/// All registered claims, by method and id.
const std::vector<Claim>& all_claims();

/// Registers claims from a static object: `const RegisteredClaims registered{{{.id = "C1", ...}, ...}};`
struct RegisteredClaims {
  explicit RegisteredClaims(std::vector<Claim> claims);
};

/// A claim with what came of it.
struct Finding {
  Claim claim;
  Outcome outcome;
  double seconds = 0;
};

/// The claims whose "method/id" matches the regular expression and that belong to the mode; throws
/// std::invalid_argument for a filter that is no regular expression.
std::vector<Claim> select(const std::string& filter, bool full, bool hidden = false);

/// Runs the experiment. One that throws, or has looked at no case, gives no verdict but says so.
Finding test(const Claim& claim, bool full);

}  // namespace tandem::claims
