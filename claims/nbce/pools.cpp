// Claims about what NBCE's pools can and cannot do, on synthetic distributions.
#include <fmt/format.h>

#include <array>
#include <string>

#include "claims/nbce/support.hpp"
#include "claims/suite/claim.hpp"

namespace tandem::claims {
namespace {

using nbce::Pool;
using nbce::Settings;

struct Score {
  double correct = 0;
  double garbled = 0;
};

Score play(std::size_t contexts, double sigma, const Settings& settings, std::uint64_t trials) {
  Score score;
  for (std::uint64_t seed = 0; seed < trials; ++seed) {
    AnswerGame game(contexts, sigma, seed);
    game.problem.settings = settings;
    const std::int64_t token = fast_answer(game.problem).token;
    score.correct += game.correct(token) / static_cast<double>(trials);
    score.garbled += game.garbled(token) / static_cast<double>(trials);
  }
  return score;
}

Outcome averaging_degrades(bool full) {
  const std::uint64_t trials = full ? 60 : 20;
  std::string figures;
  std::array<Score, 3> last;
  std::size_t cases = 0;
  for (const std::size_t contexts : {1, 4, 12, 48}) {
    cases += trials;
    Settings settings{.pool = Pool::average, .beta = static_cast<double>(contexts) - 1, .top_p = 1, .temperature = 0};
    last[0] = play(contexts, 1, settings, trials);
    settings.top_p = 0.95;
    last[1] = play(contexts, 1, settings, trials);
    last[2] = play(contexts, 1, {.temperature = 0}, trials);
    figures += fmt::format("{}n = {}: {:.2f}/{:.2f}, {:.2f}/{:.2f}, {:.2f}/{:.2f}", figures.empty() ? "" : "; ",
                           contexts, last[0].correct, last[0].garbled, last[1].correct, last[1].garbled,
                           last[2].correct, last[2].garbled);
  }
  const bool degrades = last[0].garbled > 0.8 && last[0].correct < 0.1;
  const bool mends_only_garbage = last[1].garbled < last[0].garbled / 2 && last[1].correct < last[2].correct - 0.5;
  return {"right/garbled of the average, the average with top-p 0.95, minimum entropy: " + figures,
          degrades && mends_only_garbage ? Verdict::confirmed : (degrades ? Verdict::unstable : Verdict::refuted),
          cases};
}

/// The distribution of the true context, the last, as the settings truncate it.
std::vector<double> true_context(const AnswerGame& game) {
  nbce::Problem<float> problem = game.problem;
  problem.logits.assign(game.problem.row(game.problem.contexts()).begin(),
                        game.problem.row(game.problem.contexts()).end());
  return softmax(fast_answer(problem).merged);
}

Outcome maximum_for_greedy_only(bool full) {
  const std::uint64_t trials = full ? 200 : 60;
  std::string figures;
  bool greedy_fine = true;
  double sampled_gap = 1;
  std::size_t cases = 0;
  for (const std::size_t contexts : {4, 12, 48}) {
    cases += trials;
    double right = 0;
    double maximum_distance = 0;
    double entropy_distance = 0;
    double normaliser = 0;
    for (std::uint64_t seed = 0; seed < trials; ++seed) {
      AnswerGame game(contexts, 1, seed);
      const double share = 1 / static_cast<double>(trials);
      const std::vector<double> truth = true_context(game);
      const nbce::Answer<float> chosen = fast_answer(game.problem);
      entropy_distance += share * total_variation(softmax(chosen.merged), truth);
      game.problem.settings.pool = Pool::maximum;
      const nbce::Answer<float> pooled = fast_answer(game.problem);
      maximum_distance += share * total_variation(softmax(pooled.merged), truth);
      right += share * game.correct(pooled.token);
      game.problem.settings.beta = 0;  // the pool itself: its sum would be 1 for a distribution
      for (const float value : fast_answer(game.problem).merged) normaliser += share * std::exp(value);
    }
    greedy_fine &= right > 0.95;
    sampled_gap = maximum_distance - entropy_distance;
    figures +=
        fmt::format("{}n = {}: greedy right {:.2f}, distance {:.2f} (minimum entropy {:.2f}), sum {:.1f}",
                    figures.empty() ? "" : "; ", contexts, right, maximum_distance, entropy_distance, normaliser);
  }
  return {"total variation from the true context: " + figures,
          sampled_gap > 0.1 ? (greedy_fine ? Verdict::confirmed : Verdict::unstable) : Verdict::refuted, cases};
}

/// Tables whose posterior has its greatest probability at a token that no single context favours.
Outcome needs_two_contexts(bool full) {
  const std::uint64_t tables_tried = full ? 20000 : 3000;
  std::size_t cases = 0;
  std::size_t averaged = 0;
  std::size_t single = 0;
  for (std::uint64_t seed = 0; seed < tables_tried; ++seed) {
    nbce::BayesTables tables = nbce::bayes_tables(2, 8, seed);
    const auto mode = [](const auto& row) { return std::ranges::max_element(row) - row.begin(); };
    const std::int64_t joint = mode(softmax(tables.log_joint));
    if (mode(tables.problem.row(1)) == joint || mode(tables.problem.row(2)) == joint) continue;
    ++cases;
    tables.problem.settings = nbce::bayes_settings(2);
    averaged += exact_answer(tables.problem).token == joint ? 1 : 0;
    tables.problem.settings = {.top_p = 1, .temperature = 0};
    single += exact_answer(tables.problem).token == joint ? 1 : 0;
  }
  const auto percent = [cases](std::size_t count) {
    return 100 * static_cast<double>(count) / static_cast<double>(cases);
  };
  return {fmt::format("{} tables of two contexts: minimum entropy finds the joint answer in {:.0f} %, Bayes' average "
                      "in {:.0f} %",
                      cases, percent(single), percent(averaged)),
          confirmed_if(2 * single < cases && averaged == cases), cases};
}

Outcome duplicates(bool) {
  bool unchanged = true;
  double sharper = 0;
  double once_mean = 0;
  constexpr int trials = 20;
  for (std::uint64_t seed = 0; seed < trials; ++seed) {
    AnswerGame game(4, 1, seed);
    nbce::Problem<float> twice = game.problem;
    twice.logits.insert(twice.logits.end(), game.problem.logits.begin() + AnswerGame::vocabulary,
                        game.problem.logits.end());
    const nbce::Answer<float> once_chosen = fast_answer(game.problem);
    const nbce::Answer<float> twice_chosen = fast_answer(twice);
    unchanged &= once_chosen.chosen == twice_chosen.chosen && once_chosen.merged == twice_chosen.merged;
    const auto greatest = [](nbce::Problem<float>& problem) {
      problem.settings = nbce::bayes_settings(problem.contexts());
      const std::vector<double> p = softmax(fast_answer(problem).merged);
      return *std::ranges::max_element(p);
    };
    once_mean += greatest(game.problem) / trials;
    sharper += greatest(twice) / trials;
  }
  return {fmt::format("minimum entropy {}; greatest probability of the average with beta = n - 1: {:.2f} from 4 "
                      "contexts, {:.2f} with each of them twice",
                      unchanged ? "identical to the bit" : "CHANGES", once_mean, sharper),
          confirmed_if(unchanged && sharper > once_mean), trials};
}

Outcome blind_to_order(bool) {
  bool same = true;
  std::size_t orders = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    nbce::Problem<float> problem = AnswerGame(6, 1, seed).problem;
    const nbce::Answer<float> first = fast_answer(problem);
    const auto contexts = problem.logits.begin() + AnswerGame::vocabulary;
    for (int turn = 0; turn < 5; ++turn, ++orders) {
      std::rotate(contexts, contexts + AnswerGame::vocabulary, problem.logits.end());
      same &= fast_answer(problem).token == first.token;
    }
  }
  return {fmt::format("{} other orders of 20 sets of contexts {} the answer: what happened first cannot be asked",
                      orders, same ? "never change" : "CHANGE"),
          confirmed_if(same), orders};
}

/// One head of attention over n windows: all of them in one softmax (parallel context windows), or each by itself and
/// the logits averaged (NBCE). Returns the total variation between the two next-token distributions.
double attention_gap(double key_scale, std::uint64_t seed) {
  constexpr std::size_t windows = 6;
  constexpr std::size_t length = 16;
  constexpr std::size_t width = 8;
  constexpr std::size_t vocabulary = 64;
  std::vector<double> joint(width, 0);
  std::vector<double> averaged(width, 0);
  double joint_sum = 0;
  for (std::size_t window = 0; window < windows; ++window) {
    std::vector<double> weighted(width, 0);
    double sum = 0;
    for (std::size_t t = 0; t < length; ++t) {
      const std::uint64_t key = window * length + t;
      const double weight = std::exp(key_scale * random_normal(seed, key, 0));
      sum += weight;
      for (std::size_t i = 0; i < width; ++i) weighted[i] += weight * random_normal(seed, key, 1 + i);
    }
    joint_sum += sum;
    for (std::size_t i = 0; i < width; ++i) {
      joint[i] += weighted[i];
      averaged[i] += weighted[i] / sum / windows;
    }
  }
  const auto distribution = [&](const std::vector<double>& head, double scale) {
    std::vector<double> logits(vocabulary, 0);
    for (std::size_t id = 0; id < vocabulary; ++id) {
      for (std::size_t i = 0; i < width; ++i) logits[id] += 2 * random_normal(seed, id, 100 + i) * head[i] / scale;
    }
    return softmax(logits);
  };
  return total_variation(distribution(joint, joint_sum), distribution(averaged, 1));
}

Outcome windows_average(bool full) {
  const std::uint64_t trials = full ? 2000 : 200;
  std::string figures;
  double equal = 0;
  double spread = 0;
  std::size_t cases = 0;
  for (const double scale : {0.0, 0.5, 1.0, 2.0}) {
    cases += trials;
    double mean = 0;
    for (std::uint64_t seed = 0; seed < trials; ++seed) {
      mean += attention_gap(scale, seed) / static_cast<double>(trials);
    }
    if (scale == 0) equal = mean;
    spread = mean;
    figures += fmt::format("{}{}: {:.2g}", figures.empty() ? "" : ", ", scale, mean);
  }
  // Where every window has the same sum of weights the two are one; otherwise the larger sums count for more.
  const Verdict found = equal > 1e-12 ? Verdict::refuted : (spread < 0.01 ? Verdict::confirmed : Verdict::unstable);
  return {"total variation by the deviation of the attention scores: " + figures, found, cases};
}

const RegisteredClaims nbce_pools_registered{{
    {.id = "C5",
     .method = "nbce",
     .statement =
         "Averaging with beta = n - 1 turns to garbage as n grows; top-p mends the garbage, but minimum entropy is "
         "still better (synthetic)",
     .source = "kexue.fm 9617, 9632",
     .threshold =
         "n = 48: garbled > 0.8, less than half of that with top-p, and right in 0.5 fewer than minimum entropy",
     .quick_seconds = 2,
     .full_seconds = 6,
     .experiment = averaging_degrades},
    {.id = "C6",
     .method = "nbce",
     .statement = "The maximum does for greedy decoding but not for sampling (synthetic)",
     .source = "kexue.fm 9617",
     .threshold = "greedy right > 0.95; n = 48: 0.1 further from the true context than minimum entropy",
     .quick_seconds = 2,
     .full_seconds = 6,
     .experiment = maximum_for_greedy_only},
    {.id = "C9",
     .method = "nbce",
     .statement = "An answer that needs two contexts together is not found by minimum entropy",
     .source = "kexue.fm 9617",
     .threshold = "found in less than half of the tables in which no single row favours it",
     .experiment = needs_two_contexts},
    {.id = "C10",
     .method = "nbce",
     .statement = "Contexts given twice do not matter to minimum entropy; the average counts them double",
     .source = of_this_project,
     .threshold = "identical to the bit; the average's greatest probability rises",
     .experiment = duplicates},
    {.id = "C11",
     .method = "nbce",
     .statement = "NBCE does not see the order of the contexts",
     .source = "kexue.fm 9617",
     .threshold = "the same token for every order",
     .experiment = blind_to_order},
    {.id = "C12",
     .method = "nbce",
     .statement = "Parallel context windows are NBCE with averaging for a model of one layer with one head",
     .source = "kexue.fm 9617; arXiv 2212.10947",
     .threshold = "total variation: 1e-12 for equal sums of attention weights, 0.01 otherwise",
     .experiment = windows_average},
}};

}  // namespace
}  // namespace tandem::claims
