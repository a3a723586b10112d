// Forward filtering: at every position of a line the sum over the segmentations of what is before it, and the weights
// of the pieces that end there.
//
// Sums are mantissas with a common exponent as long as they stay between 2^-256 and 2^256. A sum that leaves this range
// is scaled back to 1 and begins a new exponent; while both are within reach of a piece, weights are brought to one
// exponent each time ("mixed" positions: seldom, and slow). Exponents are powers of two, so nothing is rounded that
// would not be rounded anyway.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "impl/unigram/automaton/automaton.hpp"
#include "impl/unigram/sample/draw.hpp"
#include "impl/unigram/unigram.hpp"

namespace tandem::unigram {

class Forward {
 public:
  /// Memory that is kept from one block to the next.
  struct Buffers {
    std::vector<std::uint32_t> lists;
    std::vector<double> sums;
    std::vector<int> exponents;
    std::vector<Thresholds> thresholds;
    PartialSums partial_sums;
  };

  /// For samplers with linear weights.
  Forward(const Sampler& sampler, Buffers& buffers)
      : automaton_(sampler.tables().automaton()), weights_(sampler.weights().data()), buffers_(buffers) {}

  /// Everything for the lines of the block.
  void run(std::string_view block);

  /// What can end at a position: entries of the automaton, the shortest piece first, with padding behind.
  struct Candidates {
    std::size_t first;
    std::size_t count;  ///< at most longest_allowed + 1
  };
  Candidates candidates(std::size_t position) const {
    const List list{lists_[position - 1] & ~mixed_flag};
    return {list.first() * Automaton::group, list.groups() * Automaton::group};
  }
  /// The candidates, and sums[i]: of the weights of those up to i, where padding weighs 0. They are multiples of a
  /// power of two that is the position's own. Never inlined, so that no caller's instruction set rounds otherwise than
  /// another's.
  Candidates add_up(std::size_t position, double* sums) const;

  /// The thresholds of the first group of candidates; the last one is 2^16 - 1 where there is no other.
  const Thresholds& thresholds(std::size_t position) const { return thresholds_[position]; }
  /// Those of all, which are seldom asked for.
  void all_thresholds(std::size_t position, std::uint16_t* thresholds) const;

  /// Which candidate is drawn: the first at which the sum of weights exceeds draw_uniform times the sum of all. For
  /// draws that the head leaves open.
  std::size_t draw(const Seed& seed, std::size_t position) const;

  /// The logarithm of the sum over all segmentations of the line that ends here.
  double log_sum(std::size_t line_end) const;

  const Automaton& automaton() const { return automaton_; }

 private:
  static constexpr std::uint32_t mixed_flag = std::uint32_t{1} << 31;

  void run_line(std::size_t begin, std::size_t end);
  std::size_t run_plain(std::size_t position, std::size_t last);
  double mixed_weights(std::size_t position, Candidates all, double* weights, int& exponent) const;
  void keep(std::size_t position, double sum, int sum_exponent, int& exponent, std::size_t& mixed_until);
  bool is_mixed(std::size_t position) const;

  const Automaton& automaton_;
  const double* weights_;
  Buffers& buffers_;
  std::uint32_t* lists_ = nullptr;
  double* sums_ = nullptr;
  int* exponents_ = nullptr;
  Thresholds* thresholds_ = nullptr;
};

}  // namespace tandem::unigram
