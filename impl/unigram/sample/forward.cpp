#include "impl/unigram/sample/forward.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

#include "impl/unigram/automaton/blocks.hpp"
#include "impl/unigram/sample/draw.hpp"

namespace tandem::unigram {
namespace {

constexpr int reach = 256;  // exponents of sums on either side of 0
constexpr double low = 0x1p-256;
constexpr double high = 0x1p256;

bool is_in_range(double sum) { return sum >= low && sum <= high; }

/// A weight that underflows counts as 0: nobody would draw it.
double scaled(double weight, std::int64_t exponent) {
  return std::ldexp(weight, static_cast<int>(std::max<std::int64_t>(exponent, -4000)));
}

}  // namespace

void Forward::run(std::string_view block) {
  lists_ = room(buffers_.lists, block.size());
  sums_ = room(buffers_.sums, block.size() + 1);
  exponents_ = room(buffers_.exponents, block.size() + 1);
  thresholds_ = room(buffers_.thresholds, block.size() + 1 + PartialSums::more);
  automaton_.match(block, lists_);
  for (std::size_t begin = 0; begin < block.size();) {
    const std::size_t end = end_of_line(block, begin);
    run_line(begin, end);
    begin = end;
  }
}

bool Forward::is_mixed(std::size_t position) const { return (lists_[position - 1] & mixed_flag) != 0; }

Forward::Candidates Forward::add_up(std::size_t position, double* sums) const {
  const Candidates all = candidates(position);
  if (is_mixed(position)) {
    int exponent = 0;
    mixed_weights(position, all, sums, exponent);
    std::partial_sum(sums, sums + all.count, sums);
    return all;
  }
  const std::uint8_t* length = automaton_.lengths() + all.first;
  const double* weight = weights_ + all.first;
  const double* before = sums_ + position;
  double sum = 0;
  for (std::size_t i = 0; i < all.count; i += Automaton::group) {
    for (std::size_t j = i; j < i + Automaton::group; ++j) {
      sums[j] = sum += before[-static_cast<std::ptrdiff_t>(length[j])] * weight[j];
    }
  }
  return all;
}

std::size_t Forward::draw(const Seed& seed, std::size_t position) const {
  std::array<double, longest_allowed + 1> sums;
  const Candidates all = add_up(position, sums.data());
  const double bound = draw_uniform(seed, position) * sums[all.count - 1];
  return static_cast<std::size_t>(std::upper_bound(sums.begin(), sums.begin() + all.count, bound) - sums.begin());
}

/// The weights as multiples of 2^exponent, which is chosen, and their sum.
double Forward::mixed_weights(std::size_t position, Candidates all, double* weights, int& exponent) const {
  const std::uint8_t* length = automaton_.lengths() + all.first;
  exponent = std::numeric_limits<int>::min();
  for (std::size_t i = 0; i < all.count; ++i) {
    const std::size_t begin = position - length[i];
    weights[i] = sums_[begin] * weights_[all.first + i];
    if (weights[i] > 0) exponent = std::max(exponent, exponents_[begin] + std::ilogb(weights[i]));
  }
  double sum = 0;
  for (std::size_t i = 0; i < all.count; ++i) {
    weights[i] = scaled(weights[i], std::int64_t{exponents_[position - length[i]]} - exponent);
    sum += weights[i];
  }
  return sum;
}

double Forward::log_sum(std::size_t line_end) const {
  std::array<double, longest_allowed + 1> weights;
  const Candidates all = candidates(line_end);
  int exponent = 0;
  const double sum = mixed_weights(line_end, all, weights.data(), exponent);
  return std::log(sum) + exponent * std::numbers::ln2;
}

void Forward::run_line(std::size_t begin, std::size_t end) {
  // The line before ends where this one begins, but its last draw asks for its candidates and not for its sum.
  sums_[begin] = 1;
  exponents_[begin] = 0;
  int exponent = 0;
  std::size_t mixed_until = begin;
  for (std::size_t position = begin + 1; position <= end; ++position) {
    if (position > mixed_until) {
      const std::size_t first = position;
      position = run_plain(first, std::min(end, first + PartialSums::most - 1));
      const std::size_t count = position - first + 1;
      std::fill_n(exponents_ + first, count, exponent);
      compute_thresholds(buffers_.partial_sums, count, thresholds_ + first);
      if (is_in_range(sums_[position])) continue;
      keep(position, sums_[position], exponent, exponent, mixed_until);
    } else {
      std::array<double, longest_allowed + 1> weights;
      int sum_exponent = 0;
      const double sum = mixed_weights(position, candidates(position), weights.data(), sum_exponent);
      lists_[position - 1] |= mixed_flag;
      keep(position, sum, sum_exponent, exponent, mixed_until);
      std::array<std::uint16_t, longest_allowed + 1> thresholds;
      all_thresholds(position, thresholds.data());
      std::copy_n(thresholds.begin(), Automaton::group, thresholds_[position].begin());
    }
  }
}

/// The sums from a position on, up to the first that leaves the range or else the last, whose position is returned. A
/// position waits for the one before it alone as long as a multiplication and an addition take: its sum is at hand, and
/// the single byte is the first of the list.
std::size_t Forward::run_plain(std::size_t position, std::size_t last) {
  // Members would be read again at every position.
  const std::uint32_t* const lists = lists_;
  const std::uint8_t* const lengths = automaton_.lengths();
  const double* const weights = weights_;
  double* sums = sums_ + position;
  PartialSums* partial = &buffers_.partial_sums;
  double sum = sums[-1];
  for (std::size_t i = 0;; ++position, ++sums, ++i) {
    const List list{lists[position - 1]};
    const double* weight = weights + list.first() * Automaton::group;
    const std::uint8_t* length = lengths + list.first() * Automaton::group;
    const auto product = [&](std::size_t candidate) {
      return sums[-static_cast<std::ptrdiff_t>(length[candidate])] * weight[candidate];
    };
    const double first = sum * weight[0];
    const double second = product(1);
    const double third = product(2);
    const double fourth = product(3);
    double others = (second + third) + fourth;
    // The sums that add_up has.
    const double two = first + second;
    const double three = two + third;
    const double four = three + fourth;
    double all = four;
    for (std::size_t more = list.groups(); more > 1; --more) {
      weight += Automaton::group;
      length += Automaton::group;
      const std::array products = {product(0), product(1), product(2), product(3)};
      others += (products[0] + products[1]) + (products[2] + products[3]);
      for (const double one : products) all += one;
    }
    partial->first[i] = first;
    partial->two[i] = two;
    partial->three[i] = three;
    partial->four[i] = four;
    partial->all[i] = all;
    sum = first + others;
    *sums = sum;
    if (!is_in_range(sum) || position == last) return position;
  }
}

void Forward::all_thresholds(std::size_t position, std::uint16_t* thresholds) const {
  std::array<double, longest_allowed + 1> sums;
  const Candidates all = add_up(position, sums.data());
  const double scale = all_heads / sums[all.count - 1];
  for (std::size_t i = 0; i < all.count; ++i) thresholds[i] = threshold(sums[i], scale);
}

/// Keeps sum * 2^sum_exponent with the line's exponent if it is within reach of it; else with one of its own, which
/// becomes the line's.
void Forward::keep(std::size_t position, double sum, int sum_exponent, int& exponent, std::size_t& mixed_until) {
  const int whole = std::ilogb(sum) + sum_exponent;
  if (std::abs(whole - exponent) >= reach) {
    exponent = whole;
    mixed_until = position + automaton_.longest();
  }
  sums_[position] = std::ldexp(sum, sum_exponent - exponent);
  exponents_[position] = exponent;
}

}  // namespace tandem::unigram
