// What the experiments about tokenisation share. Ratios are medians of rounds in which both sides run once; every text
// is read from memory and long enough to leave the caches cold.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "benchmarks/unigram_support.hpp"
#include "claims/claim.hpp"

namespace tandem::claims {

using Run = std::function<void()>;

inline double seconds(const Run& run) {
  const auto start = std::chrono::steady_clock::now();
  run();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

struct Ratio {
  double low;
  double median;
  double high;
};

inline Ratio quartiles(std::vector<double> ratios) {
  std::ranges::sort(ratios);
  return {ratios[ratios.size() / 4], ratios[ratios.size() / 2], ratios[ratios.size() * 3 / 4]};
}

/// time(a) / time(b) with its quartiles.
inline Ratio ratio(const Run& a, const Run& b, int rounds) {
  std::vector<double> ratios;
  for (int round = 0; round < rounds; ++round) {
    const double first = seconds(a);
    ratios.push_back(first / seconds(b));
  }
  return quartiles(std::move(ratios));
}

inline std::string text_of(const Ratio& value) {
  return fmt::format("{:.2f} [{:.2f}, {:.2f}]", value.median, value.low, value.high);
}

/// The workload of that name, or nothing where its text is not there.
inline std::optional<unigram::Problem> problem_named(const std::string& name, double alpha = 0.1) {
  for (const auto& workload : unigram::workloads(alpha)) {
    if (workload.name == name) return workload.make(1);
  }
  return std::nullopt;
}

inline std::vector<std::string> text_names(bool full) {
  return full ? std::vector<std::string>{"bible_4041k", "chinese_802k"} : std::vector<std::string>{"english_117k"};
}

/// Own runs of a problem.
struct Own {
  explicit Own(const unigram::Problem& from) : problem(from), samples(32) {}

  Run decoding() {
    return [this] { decode(problem.prepared->tables, problem.text, tokens, {}); };
  }
  Run sampling() {
    return [this] { sample(problem.prepared->sampler, problem.text, {}, tokens, {}); };
  }
  Run decoding_by_two() {
    return [this] { decode_omp(problem.prepared->tables, problem.text, tokens, {.threads = 2}); };
  }
  Run sampling_by_two() {
    return [this] { sample_omp(problem.prepared->sampler, problem.text, {}, tokens, {.threads = 2}); };
  }
  Run sampling_32() {
    return [this] { samples_simd(problem.prepared->sampler, problem.text, {}, samples, {}); };
  }

  const unigram::Problem& problem;
  unigram::Tokens tokens;
  std::vector<unigram::Tokens> samples;
};

/// Measures one ratio on every text.
inline Outcome on_texts(bool full, const std::function<Ratio(Own&, int)>& measure,
                        const std::function<bool(double)>& holds) {
  std::string figures;
  std::size_t held = 0;
  std::size_t texts = 0;
  for (const std::string& name : text_names(full)) {
    const std::optional<unigram::Problem> problem = problem_named(name);
    if (!problem) continue;
    Own own(*problem);
    const Ratio value = measure(own, full ? 7 : 9);
    figures += fmt::format("{}{}: {}", figures.empty() ? "" : "; ", name, text_of(value));
    held += holds(value.median) ? 1 : 0;
    ++texts;
  }
  if (texts == 0) return {"the texts are missing: ci/test fetches them", Verdict::not_testable};
  return {figures, held == texts ? Verdict::confirmed : held == 0 ? Verdict::refuted : Verdict::unstable};
}

/// The text's first 100 kB, in whole lines, for what takes seconds on a long one.
inline unigram::Problem beginning(unigram::Problem problem) {
  constexpr std::size_t size = 100'000;
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
