// Claims about the log n scale that take trained models: kexue.fm 8823, 9588 and its comments.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <string>
#include <vector>

#include "benchmarks/suite/machine.hpp"
#include "claims/suite/claim.hpp"
#include "claims/suite/mean.hpp"
#include "impl/language_model/training/trainer.hpp"
#include "impl/support/parallel.hpp"
#include "problems/language_model/tasks.hpp"

namespace tandem::claims {
namespace {

using attention::Scale;
using attention::Scaling;
using language_model::Task;
using Scores = std::vector<std::vector<double>>;  ///< by seed, then length

/// Up to the first are learnt, all are tested.
constexpr std::size_t task_lengths[] = {64, 128, 256, 512, 1024};
constexpr std::size_t longest = std::size(task_lengths) - 1;

struct TaskPlan {
  std::size_t width;
  std::size_t steps;
  std::size_t sequences;       ///< in a batch; the length is 16, 32 or 64
  std::size_t test_sequences;  ///< of each length
};

/// Of retrieval and maximum the accuracy in per cent, of average the nats a token above what knowing the distribution
/// would take; by task_lengths.
std::vector<double> learnt(Task task, const TaskPlan& plan, const attention::Scaling& scaling, std::uint64_t seed) {
  constexpr std::uint64_t for_tests = 1000;
  const std::size_t trained_length = task_lengths[0];
  // Without positions but those that the causal mask shows: what RoPE does beyond its length is another matter.
  const language_model::TrainerOptions options{.shape = {.dim = plan.width,
                                                         .hidden_dim = 2 * plan.width,
                                                         .layers = 1,
                                                         .heads = 1,
                                                         .kv_heads = 1,
                                                         .vocabulary = language_model::task_vocabulary,
                                                         .max_length = trained_length,
                                                         .variation = {.rope = false, .scaling = scaling}},
                                               .optimizer = {.learning_rate = 3e-3, .warm_up = 50},
                                               .steps = plan.steps,
                                               .sequences = plan.sequences,
                                               .seed = seed};
  const language_model::Model<float> model = language_model::train(
      options,
      [&](std::size_t step, language_model::TrainingBatch& batch) {
        language_model::fill(task, seed, step * plan.sequences, trained_length >> (2 - step % 3), batch);
      },
      {});
  std::vector<double> scores;
  for (const std::size_t length : task_lengths) {
    language_model::TrainingBatch batch{.model = model, .sequences = plan.test_sequences, .tokens = {}};
    const double cost = language_model::fill(task, for_tests + seed, 0, length, batch);
    const language_model::Predictions told = language_model::predictions(batch, {});
    double hits = 0;
    double losses = 0;
    for (std::size_t i = 0; i < batch.sequences; ++i) {
      for (std::size_t t = length - language_model::asked_positions; t < length; ++t) {
        hits += told.hits[i * length + t];
        losses += told.losses[i * length + t];
      }
    }
    const auto count = static_cast<double>(batch.sequences * language_model::asked_positions);
    scores.push_back(task == Task::average ? (losses - cost) / count : 100 * hits / count);
  }
  return scores;
}

/// Five seeds; in the quick version two, and much smaller models.
struct Size {
  TaskPlan plan;
  std::size_t seeds;
  std::string words;
};

Size size_of(bool full) {
  if (full) return {{.width = 32, .steps = 1500, .sequences = 32, .test_sequences = 64}, 5, ""};
  return {{.width = 16, .steps = 150, .sequences = 16, .test_sequences = 16},
          2,
          "a smaller version that decides nothing (150 steps, width 16, 2 seeds): "};
}

/// One model a thread.
std::vector<Scores> scores_of(Task task, const std::vector<Scaling>& scalings, const Size& size) {
  std::vector<Scores> all(scalings.size(), Scores(size.seeds));
  const Execution execution{suite::all_cores().threads, Scheduler::openmp};
  for_each_chunk(execution, scalings.size() * size.seeds, 1, [&](std::size_t begin, std::size_t) {
    const std::size_t seed = begin / scalings.size();
    const std::size_t scaling = begin % scalings.size();
    all[scaling][seed] = learnt(task, size.plan, scalings[scaling], seed + 1);
  });
  return all;
}

std::vector<double> differences(const Scores& a, const Scores& b, std::size_t length) {
  std::vector<double> all;
  for (std::size_t seed = 0; seed < a.size(); ++seed) all.push_back(a[seed][length] - b[seed][length]);
  return all;
}

std::string means(const Scores& scores, int digits) {
  std::string text;
  for (std::size_t length = 0; length <= longest; ++length) {
    double mean = 0;
    for (const auto& of_seed : scores) mean += of_seed[length] / static_cast<double>(scores.size());
    text += fmt::format("{}{:.{}f}", text.empty() ? "" : ", ", mean, digits);
  }
  return text;
}

std::string signs(const std::vector<double>& all, int digits) {
  const Mean mean(all);
  const auto above = std::ranges::count_if(all, [](double difference) { return difference > 0; });
  return fmt::format("{:+.{}f} +- {:.{}f}, above 0 in {} of {}", mean.value, digits, mean.error, digits, above,
                     all.size());
}

const std::vector<Scaling> standard_and_logarithmic = {{}, {.policy = Scale::logarithmic}};

Outcome helps_search(Task task, bool full) {
  const Size size = size_of(full);
  const std::vector<Scores> scores = scores_of(task, standard_and_logarithmic, size);
  const std::vector<double> within = differences(scores[1], scores[0], 0);
  const std::vector<double> beyond = differences(scores[1], scores[0], longest);
  const std::string figures =
      fmt::format("{}accuracy at n = 64, 128, 256, 512, 1024: {} without, {} with log n; paired {} at 64, {} at 1024",
                  size.words, means(scores[0], 1), means(scores[1], 1), signs(within, 1), signs(beyond, 1));
  if (!full) return {figures, Verdict::undecided, within.size()};
  const bool all_gain = std::ranges::all_of(beyond, [](double difference) { return difference > 0; });
  const bool none_gains = std::ranges::none_of(beyond, [](double difference) { return difference > 0; });
  return {figures,
          together({confirmed_if(Mean(within).value >= -1), all_gain && Mean(beyond).value >= 1
                                                                ? Verdict::confirmed
                                                                : (none_gains ? Verdict::refuted : Verdict::unstable)}),
          within.size()};
}

Outcome hurts_averages(bool full) {
  const Size size = size_of(full);
  const std::vector<Scores> scores = scores_of(Task::average, standard_and_logarithmic, size);
  const std::vector<double> beyond = differences(scores[1], scores[0], longest);
  const std::string figures = fmt::format(
      "{}nats above what knowing the distribution takes at n = 64, 128, 256, 512, 1024: {} without, {} with "
      "log n; paired {} at 1024",
      size.words, means(scores[0], 4), means(scores[1], 4), signs(beyond, 4));
  if (!full) return {figures, Verdict::undecided, beyond.size()};
  const auto worse = std::ranges::count_if(beyond, [](double difference) { return difference > 0; });
  const auto seeds = static_cast<std::ptrdiff_t>(beyond.size());
  return {figures, worse == seeds ? Verdict::confirmed : (worse == 0 ? Verdict::refuted : Verdict::unstable),
          beyond.size()};
}

Outcome base_matters_little(bool full) {
  const Size size = size_of(full);
  std::vector<Scaling> scalings;
  for (const double base : {64.0, 512.0, 4096.0}) scalings.push_back({.policy = Scale::logarithmic, .base = base});
  const std::vector<Scores> scores = scores_of(Task::retrieval, scalings, size);
  const auto spread = [&](std::size_t length) {
    double least = 100;
    double most = 0;
    for (const Scores& of_base : scores) {
      double mean = 0;
      for (const auto& of_seed : of_base) mean += of_seed[length] / static_cast<double>(of_base.size());
      least = std::min(least, mean);
      most = std::max(most, mean);
    }
    return most - least;
  };
  const std::string figures =
      fmt::format("{}accuracy at n = 64, 128, 256, 512, 1024 with base 64: {}; 512: {}; 4096: {}", size.words,
                  means(scores[0], 1), means(scores[1], 1), means(scores[2], 1));
  if (!full) return {figures, Verdict::undecided, 3 * size.seeds};
  return {figures, together({confirmed_if(spread(0) <= 1), confirmed_if(spread(longest) <= 5)}), 3 * size.seeds};
}

const RegisteredClaims attention_trained_entropy_registered{{
    {.id = "C6a",
     .method = "attention",
     .statement = "Models that look up one token among many lose nothing at the trained length by the log n scale, and "
                  "extrapolate better",
     .source = "kexue.fm 8823",
     .threshold =
         "key and value, five seeds: at most 1 point lost at 64; a gain at 1024 in every seed, 1 point in the mean",
     .quick_seconds = 2,
     .full_seconds = 60,
     .experiment = [](bool full) { return helps_search(Task::retrieval, full); }},
    {.id = "C6b",
     .method = "attention",
     .statement = "So do models that look for the largest of many numbers",
     .source = "kexue.fm 8823",
     .threshold = "five seeds: at most 1 point lost at 64; a gain at 1024 in every seed, 1 point in the mean",
     .full_seconds = 60,
     .quick = false,
     .experiment = [](bool full) { return helps_search(Task::maximum, full); }},
    {.id = "C6c",
     .method = "attention",
     .statement = "Where the answer is an average over all tokens the log n scale makes extrapolation worse",
     .source = "kexue.fm 9588, its comments",
     .threshold = "more nats at 1024 in every one of five seeds",
     .full_seconds = 60,
     .quick = false,
     .experiment = hurts_averages},
    {.id = "C7",
     .method = "attention",
     .statement = "Whether the base of the log n scale is 512 or the trained length makes little difference",
     .source = "kexue.fm 9588",
     .threshold = "bases 64, 512, 4096, key and value, five seeds: means within 1 point at 64 and within 5 at 1024",
     .full_seconds = 90,
     .quick = false,
     .experiment = base_matters_little},
}};

}  // namespace
}  // namespace tandem::claims
