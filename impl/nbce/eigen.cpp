// The Eigen variant: every row's log-probabilities written out, every row sorted.
#include <Eigen/Core>

#include "impl/nbce/nbce.hpp"
#include "impl/support/levels.hpp"

#ifdef TANDEM_DISPATCHER
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <vector>
#endif

namespace tandem::nbce {

/// The level's share of the work: everything but the sorting.
template <class Level>
struct EigenAt {
  static void log_softmax(const float* logits, std::size_t vocabulary, float* log_p);
  static double entropy(const float* log_p, std::size_t vocabulary, bool renormalise);
  static void pool(const float* log_p, std::size_t vocabulary, std::size_t contexts, const Settings& settings,
                   float* merged);
  static void merge(const float* unconditional, std::size_t vocabulary, float beta, float* merged);
};

namespace {
using Row = Eigen::Map<const Eigen::ArrayXf>;
Row row_at(const float* numbers, std::size_t count) { return {numbers, static_cast<Eigen::Index>(count)}; }
Eigen::Map<Eigen::ArrayXf> row_at(float* numbers, std::size_t count) {
  return {numbers, static_cast<Eigen::Index>(count)};
}
constexpr float impossible = -__builtin_inff();
}  // namespace

template <>
void EigenAt<level::TANDEM_LEVEL>::log_softmax(const float* logits, std::size_t vocabulary, float* log_p) {
  const auto row = row_at(logits, vocabulary);
  const float largest = row.maxCoeff();
  const float log_sum = __builtin_logf((row - largest).exp().sum());
  row_at(log_p, vocabulary) = row - largest - log_sum;
}

template <>
double EigenAt<level::TANDEM_LEVEL>::entropy(const float* log_p, std::size_t vocabulary, bool renormalise) {
  const auto row = row_at(log_p, vocabulary);
  const double sum = (row == impossible).select(0, row.exp() * row).sum();
  const double share = renormalise ? (row == impossible).select(0, row.exp()).sum() : 1;
  return __builtin_log(share) - sum / share;
}

template <>
void EigenAt<level::TANDEM_LEVEL>::pool(const float* log_p, std::size_t vocabulary, std::size_t contexts,
                                        const Settings& settings, float* merged) {
  const auto rows = static_cast<Eigen::Index>(contexts);
  const Eigen::Map<const Eigen::Array<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>> all(
      log_p, rows, static_cast<Eigen::Index>(vocabulary));
  auto result = row_at(merged, vocabulary);
  result = all.colwise().maxCoeff().transpose();
  if (settings.pool == Pool::average) {
    const auto floor = static_cast<float>(settings.floor);
    result = (result == impossible).select(impossible, all.max(floor).colwise().mean().transpose());
  }
}

template <>
void EigenAt<level::TANDEM_LEVEL>::merge(const float* unconditional, std::size_t vocabulary, float beta,
                                         float* merged) {
  const auto question = row_at(unconditional, vocabulary);
  auto result = row_at(merged, vocabulary);
  result = (question == impossible).select(result, (beta + 1) * result - beta * question);
}

#ifdef TANDEM_DISPATCHER  // in one of the compilations
namespace {

/// Sets what top-p removes to impossible.
void truncate(float* log_p, std::size_t vocabulary, double top_p) {
  if (top_p == 1) return;
  std::vector<std::size_t> order(vocabulary);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(
      order, [&](std::size_t a, std::size_t b) { return log_p[a] > log_p[b] || (log_p[a] == log_p[b] && a < b); });
  double cumulative = std::exp(static_cast<double>(log_p[order[0]]));
  for (std::size_t rank = 1; rank < vocabulary; ++rank) {
    const double probability = std::exp(static_cast<double>(log_p[order[rank]]));
    if (cumulative >= top_p) log_p[order[rank]] = impossible;
    cumulative += probability;
  }
}

std::int64_t draw(const std::vector<float>& merged, double temperature, double uniform) {
  const float largest = *std::ranges::max_element(merged);
  if (largest == impossible) throw std::invalid_argument(no_token_is_left);
  if (temperature == 0) return std::ranges::find(merged, largest) - merged.begin();
  std::vector<double> cumulative(merged.size());
  double sum = 0;
  for (std::size_t id = 0; id < merged.size(); ++id) {
    cumulative[id] = sum += std::exp((static_cast<double>(merged[id]) - largest) / temperature);
  }
  const double target = std::min(uniform * sum, std::nextafter(sum, 0));
  return std::ranges::upper_bound(cumulative, target) - cumulative.begin();
}

template <class At>
void eigen_step(const Problem<float>& problem, Answer<float>& answer) {
  const Settings& settings = problem.settings;
  const std::size_t vocabulary = problem.vocabulary;
  std::vector<float> log_p(problem.logits.size());
  for (std::size_t row = 0; row < problem.rows(); ++row) {
    refuse_row(problem.row(row), row);
    float* const to = log_p.data() + row * vocabulary;
    At::log_softmax(problem.row(row).data(), vocabulary, to);
    truncate(to, vocabulary, settings.top_p);
    answer.entropies[row] = At::entropy(to, vocabulary, settings.renormalise);
  }
  const float* const contexts = log_p.data() + vocabulary;
  answer.chosen =
      settings.pool == Pool::minimum_entropy ? choose(answer.entropies, problem.previous, settings.eta) : -1;
  if (problem.contexts() == 0 || settings.beta == -1) {
    std::copy_n(log_p.data(), vocabulary, answer.merged.data());
  } else {
    if (answer.chosen >= 0) {
      std::copy_n(contexts + static_cast<std::size_t>(answer.chosen) * vocabulary, vocabulary, answer.merged.data());
    } else {
      At::pool(contexts, vocabulary, problem.contexts(), settings, answer.merged.data());
    }
    if (settings.beta != 0) {
      At::merge(log_p.data(), vocabulary, static_cast<float>(settings.beta), answer.merged.data());
    }
  }
  answer.token = draw(answer.merged, settings.temperature, problem.uniform);
}

}  // namespace

void eigen(const Problem<float>& problem, Answer<float>& answer, const Execution&) {
  require_valid(problem, answer);
  at_chosen_level([&](auto level) { eigen_step<EigenAt<decltype(level)>>(problem, answer); });
}
#endif

}  // namespace tandem::nbce
