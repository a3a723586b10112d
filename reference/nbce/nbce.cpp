#include "reference/nbce/nbce.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "reference/support/require.hpp"

namespace tandem::nbce {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

void require_valid_settings(const Settings& settings) {
  require(settings.beta >= -1 && settings.beta <= 1e6, "beta must lie between -1 and 1000000");
  require(settings.top_p >= 0 && settings.top_p <= 1, "top-p must lie between 0 and 1");
  require(std::isfinite(settings.eta), "eta must be a finite number");
  require(settings.temperature >= 0 && settings.temperature < infinity, "the temperature must be 0 or more");
  require(settings.floor <= 0, "the floor of an average is a log-probability: it must be 0 or less");
}

/// log p of every token of a row, -inf where the row does not keep it.
template <class Logit>
std::vector<double> truncated_log_probabilities(std::span<const Logit> logits, const Row& row) {
  std::vector<double> result(logits.size(), -infinity);
  for (std::size_t id = 0; id < logits.size(); ++id) {
    if (row.keeps(logits[id], id)) result[id] = logits[id] - row.log_sum;
  }
  return result;
}

/// Step 4 for one token; `column` is its log p under every context.
double pooled(const std::vector<double>& column, const Settings& settings, std::ptrdiff_t chosen) {
  const double maximum = *std::ranges::max_element(column);
  if (settings.pool == Pool::minimum_entropy) return column[static_cast<std::size_t>(chosen)];
  if (settings.pool == Pool::maximum || maximum == -infinity) return maximum;
  double sum = 0;
  for (const double value : column) sum += std::max(value, settings.floor);
  return sum / static_cast<double>(column.size());
}

/// Step 5 for one token.
double merged(double pool, double unconditional, double beta) {
  if (beta == -1) return unconditional;
  if (unconditional == -infinity || beta == 0) return pool;
  return (beta + 1) * pool - beta * unconditional;
}

std::int64_t draw(const std::vector<double>& merged, double temperature, double uniform) {
  const auto best = std::ranges::max_element(merged);
  std::int64_t token = best - merged.begin();
  if (temperature == 0) return token;
  std::vector<double> cumulative(merged.size());
  double sum = 0;
  for (std::size_t id = 0; id < merged.size(); ++id) {
    sum += std::exp((merged[id] - *best) / temperature);
    cumulative[id] = sum;
  }
  const double target = std::min(uniform * sum, std::nextafter(sum, 0));  // the product may round up to the sum
  return std::ranges::upper_bound(cumulative, target) - cumulative.begin();
}

}  // namespace

template <class Logit>
Row read_row(std::span<const Logit> logits, const Settings& settings) {
  std::vector<std::size_t> order(logits.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(
      order, [&](std::size_t a, std::size_t b) { return logits[a] > logits[b] || (logits[a] == logits[b] && a < b); });
  const double largest = logits[order[0]];
  const auto mass = [&](std::size_t rank) { return std::exp(logits[order[rank]] - largest); };
  double sum = 0;
  for (std::size_t rank = 0; rank < order.size(); ++rank) sum += mass(rank);

  Row row;
  row.log_sum = largest + std::log(sum);
  double cumulative = 0;
  double negative_entropy = 0;
  while (row.kept < order.size()) {
    const bool more = settings.top_p == 1 ? logits[order[row.kept]] > -infinity : cumulative < settings.top_p * sum;
    if (row.kept > 0 && !more) break;
    const double probability = mass(row.kept) / sum;
    cumulative += mass(row.kept);
    if (probability > 0) negative_entropy += probability * (logits[order[row.kept]] - row.log_sum);
    ++row.kept;
  }
  const double share = settings.renormalise ? cumulative / sum : 1;  // sum (p/s) log (p/s) = (sum p log p) / s - log s
  row.entropy = std::log(share) - negative_entropy / share;
  row.threshold = logits[order[row.kept - 1]];
  row.last_tied = order[row.kept - 1];
  return row;
}

template <class Logit, class Real>
void reference(const Problem<Logit>& problem, Answer<Real>& answer) {
  require_valid(problem, answer);
  const Settings& settings = problem.settings;
  std::vector<std::vector<double>> log_probabilities;
  for (std::size_t index = 0; index < problem.rows(); ++index) {
    refuse_row(problem.row(index), index);
    const Row row = read_row(problem.row(index), settings);
    answer.entropies[index] = row.entropy;
    log_probabilities.push_back(truncated_log_probabilities(problem.row(index), row));
  }
  answer.chosen = -1;
  if (settings.pool == Pool::minimum_entropy) {
    answer.chosen = choose(answer.entropies, problem.previous, settings.eta);
  }
  std::vector<double> result = log_probabilities[0];
  if (problem.contexts() > 0) {
    std::vector<double> column(problem.contexts());
    for (std::size_t id = 0; id < problem.vocabulary; ++id) {
      for (std::size_t k = 0; k < column.size(); ++k) column[k] = log_probabilities[k + 1][id];
      result[id] = merged(pooled(column, settings, answer.chosen), log_probabilities[0][id], settings.beta);
    }
  }
  require(*std::ranges::max_element(result) > -infinity, no_token_is_left);
  std::ranges::transform(result, answer.merged.begin(), [](double value) { return static_cast<Real>(value); });
  answer.token = draw(result, settings.temperature, problem.uniform);
}

template <class Logit>
void require_valid(const Problem<Logit>& problem) {
  require(problem.vocabulary > 0, "the vocabulary is empty");
  require(!problem.logits.empty() && problem.logits.size() % problem.vocabulary == 0, problem.logits.size(),
          " logits are not rows of ", problem.vocabulary);
  require_valid_settings(problem.settings);
  require(problem.previous >= -1 && problem.previous < static_cast<std::ptrdiff_t>(problem.contexts()),
          "the context chosen before, ", problem.previous, ", is none of the ", problem.contexts());
  require(problem.uniform >= 0 && problem.uniform < 1, "the random number must lie in [0, 1)");
}

template <class Logit, class Real>
void require_valid(const Problem<Logit>& problem, const Answer<Real>& answer) {
  require_valid(problem);
  require(answer.merged.size() == problem.vocabulary && answer.entropies.size() == problem.rows(),
          "the answer has room for ", answer.merged.size(), " tokens and ", answer.entropies.size(), " rows, not ",
          problem.vocabulary, " and ", problem.rows());
}

template <class Logit>
void refuse_row(std::span<const Logit> logits, std::size_t index) {
  double largest = -infinity;
  for (std::size_t id = 0; id < logits.size(); ++id) {
    const double logit = logits[id];
    require(!std::isnan(logit), "the logit of token ", id, " in row ", index, " is NaN");
    require(logit < infinity, "the logit of token ", id, " in row ", index, " is +inf");
    largest = std::max(largest, logit);
  }
  require(largest > -infinity, "row ", index, " has no finite logit: it finds every token impossible");
}

std::ptrdiff_t choose(std::span<const double> entropies, std::ptrdiff_t previous, double eta) {
  const auto contexts = static_cast<std::ptrdiff_t>(entropies.size()) - 1;
  std::ptrdiff_t best = -1;
  double least = infinity;
  for (std::ptrdiff_t k = 0; k < contexts; ++k) {
    const double entropy = entropies[static_cast<std::size_t>(k) + 1] - (k == previous ? eta : 0);
    if (entropy < least) {
      least = entropy;
      best = k;
    }
  }
  return best;
}

template Row read_row(std::span<const float>, const Settings&);
template Row read_row(std::span<const double>, const Settings&);
template Row read_row(std::span<const Bfloat16>, const Settings&);
template void reference(const Problem<float>&, Answer<float>&);
template void reference(const Problem<float>&, Answer<double>&);
template void reference(const Problem<double>&, Answer<double>&);
template void reference(const Problem<Bfloat16>&, Answer<float>&);
template void require_valid(const Problem<float>&);
template void require_valid(const Problem<double>&);
template void require_valid(const Problem<Bfloat16>&);
template void require_valid(const Problem<float>&, const Answer<float>&);
template void require_valid(const Problem<Bfloat16>&, const Answer<float>&);
template void refuse_row(std::span<const float>, std::size_t);
template void refuse_row(std::span<const double>, std::size_t);
template void refuse_row(std::span<const Bfloat16>, std::size_t);

}  // namespace tandem::nbce
