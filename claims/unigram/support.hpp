// What the experiments about tokenisation share.
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "claims/suite/claim.hpp"
#include "claims/suite/timing.hpp"
#include "problems/unigram/problems.hpp"

namespace tandem::claims {

inline std::vector<std::string> text_names(bool full) {
  return full ? std::vector<std::string>{"bible_4041k", "chinese_802k"} : std::vector<std::string>{"english_117k"};
}

/// Own runs of a problem.
struct Own {
  explicit Own(const unigram::Problem& from) : problem(from), samples(32) {}

  Run decoding(const Execution& execution = {}) {
    return [this, execution] { decode(problem.prepared->tables, problem.text, tokens, execution); };
  }
  Run sampling(const Execution& execution = {}) {
    return [this, execution] { sample(problem.prepared->sampler, problem.text, {}, tokens, execution); };
  }
  Run sampling_32() {
    return [this] { samples_simd(problem.prepared->sampler, problem.text, {}, samples, {}); };
  }

  const unigram::Problem& problem;
  unigram::Tokens tokens;
  std::vector<unigram::Tokens> samples;
};

/// For the rounds of one text.
inline double budget_seconds(bool full) { return full ? 8 : 1; }

/// Measures one figure on every text, within the budget.
inline Outcome on_texts(bool full, const Allowed& allowed, const std::function<Figure(Own&, double)>& measure) {
  std::vector<std::string> figures;
  std::vector<Verdict> verdicts;
  for (const std::string& name : text_names(full)) {
    const std::optional<unigram::Problem> problem = unigram::problem_named(name);
    if (!problem) continue;
    Own own(*problem);
    const Figure figure = measure(own, budget_seconds(full));
    figures.push_back(name + ": " + text_of(figure));
    verdicts.push_back(decide(figure, allowed));
  }
  if (verdicts.empty()) return not_testable("the texts are missing: ci/test fetches them");
  return {fmt::format("{}", fmt::join(figures, "; ")), together(verdicts), verdicts.size()};
}

/// The first bytes of the text, in whole lines, for what takes seconds on a long one.
inline unigram::Problem beginning(unigram::Problem problem, std::size_t size) {
  problem.text.resize(unigram::end_of_line(problem.text, std::min(problem.text.size(), size) - 1));
  return problem;
}

inline Claim unigram_claim(const char* id, const char* statement, const char* source, const char* threshold,
                           Outcome (*experiment)(bool)) {
  return {.id = id,
          .method = "unigram",
          .statement = statement,
          .source = source,
          .threshold = threshold,
          .full_seconds = 10,
          .experiment = experiment};
}

/// Of one that takes its time: ratios of whole texts.
inline Claim cost_claim(const char* id, const char* statement, const char* source, const char* threshold,
                        Outcome (*experiment)(bool)) {
  Claim claim = unigram_claim(id, statement, source, threshold, experiment);
  claim.quick_seconds = 2;
  claim.full_seconds = 30;
  return claim;
}

}  // namespace tandem::claims
