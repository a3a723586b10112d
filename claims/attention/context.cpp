// Claims about what trained models make of contexts beyond the trained length: kexue.fm 9431, 9603, 9706, 9948. The
// settings are those of extrapolation.cpp.
#include <fmt/format.h>

#include <string>
#include <vector>

#include "claims/attention/trained.hpp"
#include "claims/attention/trainings_table.hpp"

namespace tandem::claims {
namespace {

Outcome window_is_enough(bool full) {
  const std::vector<Records> records = trained({"none"}, full, 16);
  std::size_t local = 0;
  for (const Record& record : records[0]) {
    local += record.window.accuracy[at_eight_times] >= record.plain.accuracy[at_trained_length] - 2 ? 1 : 0;
  }
  const std::size_t seeds = records[0].size();
  return {
      fmt::format("accuracy at 1, 2, 4, 8 times: {} without, {} with a window of the trained length; {} of {} models",
                  means_of(records[0]), means_of(records[0], &Record::window), local, seeds),
      confirmed_if(10 * local >= 9 * seeds), seeds};
}

Outcome window_does_not_reach(bool full) {
  const std::vector<Records> records = trained({"none"}, full, 16);
  std::size_t copying = 0;
  std::size_t lost = 0;
  for (const Record& record : records[0]) {
    if (record.repeated.accuracy[at_trained_length] < record.plain.accuracy[at_trained_length] + 2) continue;
    ++copying;
    lost += record.repeated_window.accuracy[at_eight_times] <= record.window.accuracy[at_eight_times] + 1 ? 1 : 0;
  }
  return {
      fmt::format("accuracy on repeated text at 1, 2, 4, 8 times: {} without, {} with a window of the trained length; "
                  "{} of {} models copy within the trained length, {} of them no longer behind it",
                  means_of(records[0], &Record::repeated), means_of(records[0], &Record::repeated_window), copying,
                  records[0].size(), lost),
      confirmed_if(10 * lost >= 9 * copying), copying};
}

Outcome longer_is_better(bool full) {
  const std::vector<Records> records = trained({"untied"}, full, 16);
  std::size_t better = 0;
  double first = 0;
  double last = 0;
  for (const Record& record : records[0]) {
    better += record.plain.bits[at_eight_times] < record.plain.bits[at_trained_length] ? 1 : 0;
    first += record.plain.bits[at_trained_length] / static_cast<double>(records[0].size());
    last += record.plain.bits[at_eight_times] / static_cast<double>(records[0].size());
  }
  return {
      fmt::format("the same last segment costs {:.3f} bits a byte at the trained length, {:.3f} at 8 times; less in {} "
                  "of {} models",
                  first, last, better, records[0].size()),
      better == records[0].size() ? Verdict::confirmed : (better == 0 ? Verdict::refuted : Verdict::unstable),
      records[0].size()};
}

/// Accuracy at 8 times at most `points` below that at the trained length.
Outcome extrapolate(const std::vector<std::string>& names, double points, bool expected, bool full) {
  const std::vector<Records> records = trained(names, full, 5);
  std::string figures;
  std::vector<Verdict> verdicts;
  for (std::size_t i = 0; i < names.size(); ++i) {
    double fall = 0;
    for (const Record& record : records[i]) {
      fall += (record.plain.accuracy[at_trained_length] - record.plain.accuracy[at_eight_times]) /
              static_cast<double>(records[i].size());
    }
    figures += fmt::format("{}{}: {}", figures.empty() ? "" : "; ", names[i], means_of(records[i]));
    verdicts.push_back(confirmed_if((fall <= points) == expected));
  }
  return {"accuracy at 1, 2, 4, 8 times, five seeds: " + figures,
          together(verdicts),
          5 * names.size(),
          {curves_of(records, full)}};
}

Outcome log_n_alone(bool full) {
  const std::vector<Records> records = trained({"none", "log_n"}, full, 5);
  double fall = 0;
  for (const Record& record : records[1]) {
    fall += (record.plain.accuracy[at_trained_length] - record.plain.accuracy[at_eight_times]) / 5;
  }
  const Paired gain = gain_of(records[1], records[0], at_eight_times);
  return {
      fmt::format("accuracy at 1, 2, 4, 8 times: {} without, {} with it, {} with max(1, log n / log 128) while it is "
                  "tested; at 8 times {}",
                  means_of(records[0]), means_of(records[1]), means_of(records[0], &Record::log_n), text_of(gain)),
      confirmed_if(gain.mean < 5 && fall > 5), gain.count()};
}

const RegisteredClaims attention_context_registered{{
    trained_claim("B8a",
                  "A window of the trained length while testing is nearly all that extrapolation of local text takes",
                  "kexue.fm 9431", "accuracy at 8 times within 2 points of the trained length's, in nine models of ten",
                  16 * small_seconds, window_is_enough),
    trained_claim("B8b", "Such a window is no help where what is asked for lies before it", "kexue.fm 9431",
                  "repeated text, where it is copied at all, is no longer copied at 8 times, in nine models of ten", 1,
                  window_does_not_reach),
    trained_claim("B9", "A model with the two biases makes use of longer contexts: the same segment costs less",
                  "kexue.fm 9948", "fewer bits at 8 times than at the trained length, in every one of 16 models", 1,
                  longer_is_better),
    trained_claim("B12a", "ALiBi, KERPLE, Sandwich and XPOS extrapolate to 8 times the trained length",
                  "kexue.fm 9431; arXiv 2108.12409, 2205.09921, 2212.10356, 2212.10554",
                  "accuracy falls by at most 2 points from 1 to 8 times, five seeds each", 20 * small_seconds,
                  [](bool full) {
                    return extrapolate({"alibi", "kerple", "sandwich", "xpos"}, 2, true, full);
                  }),
    trained_claim("B12b", "With one head and norms behind the sums none of them does", "kexue.fm 9603",
                  "accuracy falls by more than 2 points from 1 to 8 times, five seeds each", 15 * small_seconds,
                  [](bool full) {
                    return extrapolate({"post_alibi", "post_kerple", "post_sandwich"}, 2, false, full);
                  }),
    trained_claim("C8", "The log n scale alone does not rescue RoPE at 8 times the trained length",
                  "kexue.fm 9706, 9708",
                  "it gains less than 5 points there, and more than 5 are lost from 1 to 8 times, five seeds",
                  5 * small_seconds, log_n_alone),
}};

}  // namespace
}  // namespace tandem::claims
