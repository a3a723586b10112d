// The step as a whole: rows in parallel, the choice, blocks of tokens in parallel, the token.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <vector>

#include "impl/nbce/merge/merge.hpp"
#include "impl/nbce/nbce.hpp"
#include "impl/nbce/row/row.hpp"
#include "impl/support/parallel.hpp"

namespace tandem::nbce {
namespace {

template <class Logit>
class Step {
 public:
  Step(const Problem<Logit>& problem, Answer<float>& answer, const Execution& execution)
      : problem_(problem), settings_(problem.settings), answer_(answer), execution_(execution) {
    require_valid(problem, answer);
  }

  void run() {
    read_rows();
    choose_context();
    merge();
    draw();
  }

 private:
  void read_rows() {
    const std::size_t rows = problem_.rows();
    rows_.resize(rows);
    views_.resize(rows);
    for_each_chunk(execution_, rows, 1, [&](std::size_t index, std::size_t) {
      const std::span<const Logit> logits = problem_.row(index);
      const std::size_t begin = problem_.vocabulary * index / rows;
      const std::size_t end = problem_.vocabulary * (index + 1) / rows;
      const auto impossible = std::span(answer_.merged).subspan(begin, end - begin);
      const Summary row = summarise(logits, settings_, impossible);
      if (!row.valid) refuse_row(logits, index);
      rows_[index] = row;
      views_[index] = {logits.data(), row.maximum, static_cast<float>(row.log_mass), row.threshold,
                       row.settled ? row.last_tied : logits.size() - 1};
      answer_.entropies[index] = row.entropy;
      if (row.in_doubt > entropy_rounding) settle(index);
    });
  }

  /// Step 4's choice. Entropies that float cannot tell apart are computed in double.
  void choose_context() {
    answer_.chosen = -1;
    if (settings_.pool != Pool::minimum_entropy || problem_.contexts() == 0) return;
    const auto with_bonus = [&](std::ptrdiff_t k) {
      return answer_.entropies[static_cast<std::size_t>(k) + 1] - (k == problem_.previous ? settings_.eta : 0);
    };
    const auto contexts = static_cast<std::ptrdiff_t>(problem_.contexts());
    answer_.chosen = choose(answer_.entropies, problem_.previous, settings_.eta);
    const double limit = with_bonus(answer_.chosen) + 2 * entropy_rounding;
    std::vector<std::size_t> close;
    for (std::ptrdiff_t k = 0; k < contexts; ++k) {
      if (with_bonus(k) <= limit) close.push_back(static_cast<std::size_t>(k) + 1);
    }
    if (close.size() == 1) return;
    settle(close);
    answer_.chosen = choose(answer_.entropies, problem_.previous, settings_.eta);
  }

  /// Looks at a row again in double.
  void settle(std::size_t index) {
    if (rows_[index].settled) return;
    const Row row = exact_row(problem_.row(index), rows_[index], settings_);
    answer_.entropies[index] = row.entropy;
    views_[index].threshold = static_cast<float>(row.threshold);
    views_[index].last_tied = row.last_tied;
    rows_[index].settled = true;
  }
  void settle(const std::vector<std::size_t>& indices) {
    for_each_chunk(execution_, indices.size(), 1, [&](std::size_t i, std::size_t) { settle(indices[i]); });
  }

  void merge() {
    const std::size_t contexts = problem_.contexts();
    std::vector<std::size_t> pooled;
    if (settings_.beta == -1) {
      // Row 0 alone.
    } else if (answer_.chosen >= 0) {
      pooled = {static_cast<std::size_t>(answer_.chosen) + 1};
    } else {
      for (std::size_t k = 1; k <= contexts; ++k) pooled.push_back(k);
    }
    std::vector<std::size_t> used = pooled;
    if (pooled.empty() || settings_.beta != 0) used.push_back(0);
    locate(used);

    Merge<Logit> merge{.pool = {},
                       .unconditional = views_[0],
                       .average = settings_.pool == Pool::average,
                       .floor = static_cast<float>(settings_.floor),
                       .beta = static_cast<float>(settings_.beta)};
    for (const std::size_t index : pooled) merge.pool.push_back(views_[index]);
    const std::size_t blocks = (problem_.vocabulary + merge_block_size - 1) / merge_block_size;
    largest_.resize(blocks);
    for_each_chunk(execution_, blocks, 1, [&](std::size_t block, std::size_t) {
      largest_[block] = merge_tokens(merge, begin_of(block), end_of(block), answer_.merged.data());
    });
  }

  /// Makes sure that the kept tokens of the rows that are used are the definition's.
  void locate(const std::vector<std::size_t>& used) {
    std::vector<std::size_t> unsure;
    for (const std::size_t index : used) {
      const Summary& row = rows_[index];
      if (row.settled) continue;
      if (!row.sure) {
        unsure.push_back(index);
      } else if (row.ties_kept < row.ties) {
        views_[index].last_tied = last_tied(problem_.row(index), row.threshold, row.ties_kept);
      }
    }
    if (!unsure.empty()) settle(unsure);
  }

  void draw() {
    const auto best_block = std::ranges::max_element(largest_);
    const float largest = *best_block;
    if (largest == -std::numeric_limits<float>::infinity()) throw std::invalid_argument(no_token_is_left);
    if (settings_.temperature == 0) {
      const auto begin = answer_.merged.begin() +
                         static_cast<std::ptrdiff_t>(begin_of(static_cast<std::size_t>(best_block - largest_.begin())));
      answer_.token = std::find(begin, answer_.merged.end(), largest) - answer_.merged.begin();
      return;
    }
    // Bounds that keep infinity times 0 away; beyond them the token is one of the likeliest, or any.
    const double temperature = std::clamp(settings_.temperature, 1e-30, 1e30);
    std::vector<double> cumulative(largest_.size() + 1);
    for_each_chunk(execution_, largest_.size(), weights_per_task, [&](std::size_t first, std::size_t last) {
      for (std::size_t block = first; block < last; ++block) {
        const double nearest = (static_cast<double>(largest_[block]) - largest) / temperature;
        cumulative[block + 1] =
            nearest < least_exponent
                ? 0
                : weigh_tokens(std::span(answer_.merged).subspan(begin_of(block), end_of(block) - begin_of(block)),
                               largest, static_cast<float>(1 / temperature));
      }
    });
    for (std::size_t block = 0; block < largest_.size(); ++block) cumulative[block + 1] += cumulative[block];
    const double sum = cumulative.back();
    const double target = std::min(problem_.uniform * sum, std::nextafter(sum, 0));
    const auto block = static_cast<std::size_t>(std::ranges::upper_bound(cumulative, target) - cumulative.begin()) - 1;
    double reached = cumulative[block];
    for (std::size_t id = begin_of(block); id < end_of(block); ++id) {
      const double exponent = (static_cast<double>(answer_.merged[id]) - largest) / temperature;
      if (exponent < least_exponent) continue;
      answer_.token = static_cast<std::int64_t>(id);  // the last one, should rounding miss it
      reached += std::exp(exponent);
      if (reached > target) break;
    }
  }

  std::size_t begin_of(std::size_t block) const { return block * merge_block_size; }
  std::size_t end_of(std::size_t block) const {
    return std::min(begin_of(block) + merge_block_size, problem_.vocabulary);
  }

  static constexpr std::size_t weights_per_task = 16;

  const Problem<Logit>& problem_;
  const Settings& settings_;
  Answer<float>& answer_;
  const Execution& execution_;
  std::vector<Summary> rows_;
  std::vector<RowView<Logit>> views_;
  std::vector<float> largest_;
};

}  // namespace

template <class Logit>
void simd(const Problem<Logit>& problem, Answer<float>& answer, const Execution& execution) {
  Step<Logit>(problem, answer, execution).run();
}

template void simd(const Problem<float>&, Answer<float>&, const Execution&);
template void simd(const Problem<Bfloat16>&, Answer<float>&, const Execution&);

}  // namespace tandem::nbce
