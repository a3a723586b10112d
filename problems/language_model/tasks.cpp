#include "problems/language_model/tasks.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "impl/support/random.hpp"

namespace tandem::language_model {
namespace {

constexpr std::size_t keys = 8;      ///< and values
constexpr std::size_t others = 16;   ///< tokens that mean nothing
constexpr std::size_t numbers = 64;  ///< of `maximum`
constexpr std::size_t symbols = 8;   ///< of `average`
static_assert(task_vocabulary == others + keys * keys + 2 * keys);

/// Draws of one sequence, one after the other.
class Draws {
 public:
  Draws(std::uint64_t seed, std::uint64_t sequence) : seed_(seed), sequence_(sequence) {}
  std::size_t below(std::size_t count) { return random_bits(seed_, sequence_, next_++) % count; }
  double uniform() { return random_uniform(seed_, sequence_, next_++); }

 private:
  std::uint64_t seed_;
  std::uint64_t sequence_;
  std::uint64_t next_ = 0;
};

struct Sequence {
  std::vector<Token> tokens;  ///< length + 1; the last is nobody's
  std::vector<Token> targets;
};

Sequence retrieval(Draws& draws, std::size_t length) {
  Sequence s{std::vector<Token>(length + 1), std::vector<Token>(length, -1)};
  for (Token& token : s.tokens) token = static_cast<Token>(draws.below(others));
  std::array<std::size_t, keys> order;
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t i = keys; i-- > 1;) std::swap(order[i], order[draws.below(i + 1)]);
  std::array<std::size_t, keys> values;
  for (std::size_t key = 0; key < keys; ++key) {
    values[key] = draws.below(keys);
    std::size_t place = 0;  // every key has its own
    do place = draws.below(length - asked_positions);
    while (static_cast<std::size_t>(s.tokens[place]) >= others);
    s.tokens[place] = static_cast<Token>(others + key * keys + values[key]);
  }
  for (std::size_t i = 0; i < asked_positions; ++i) {
    const std::size_t t = length - asked_positions + i;
    s.tokens[t] = static_cast<Token>(others + keys * keys + order[i]);
    s.targets[t] = static_cast<Token>(others + keys * keys + keys + values[order[i]]);
  }
  return s;
}

Sequence maximum(Draws& draws, std::size_t length) {
  Sequence s{std::vector<Token>(length + 1), std::vector<Token>(length, -1)};
  const std::size_t largest = 1 + draws.below(numbers - 1);
  for (Token& token : s.tokens) token = static_cast<Token>(draws.below(largest));
  s.tokens[draws.below(length - asked_positions)] = static_cast<Token>(largest);
  std::fill(s.targets.end() - asked_positions, s.targets.end(), static_cast<Token>(largest));
  return s;
}

/// Probabilities uniform among all, as shares of exponentials; bits: what knowing them the asked_positions tokens cost,
/// in nats.
Sequence average(Draws& draws, std::size_t length, double& cost) {
  Sequence s{{}, {}};
  std::array<double, symbols> shares;
  double sum = 0;
  for (double& share : shares) sum += share = -std::log(1 - draws.uniform());
  for (std::size_t t = 0; t <= length; ++t) {
    double left = draws.uniform() * sum;
    std::size_t symbol = 0;
    while (symbol + 1 < symbols && left >= shares[symbol]) left -= shares[symbol++];
    s.tokens.push_back(static_cast<Token>(symbol));
    if (t + asked_positions > length) cost -= std::log(shares[symbol] / sum);
  }
  s.targets.assign(s.tokens.begin() + 1, s.tokens.end());
  return s;
}

}  // namespace

double fill(Task task, std::uint64_t seed, std::size_t first, std::size_t length, TrainingBatch& batch) {
  batch.length = length;
  batch.tokens.clear();
  batch.targets.clear();
  double cost = 0;
  for (std::size_t i = 0; i < batch.sequences; ++i) {
    Draws draws(seed, (first + i) * 2048 + length);
    const Sequence s = task == Task::retrieval ? retrieval(draws, length)
                       : task == Task::maximum ? maximum(draws, length)
                                               : average(draws, length, cost);
    batch.tokens.insert(batch.tokens.end(), s.tokens.begin(), s.tokens.end());
    batch.targets.insert(batch.targets.end(), s.targets.begin(), s.targets.end());
  }
  return cost;
}

}  // namespace tandem::language_model
