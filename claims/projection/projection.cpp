// Claims about the lemma of Johnson and Lindenstrauss: kexue.fm 8679, 8706, 9588.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "claims/suite/claim.hpp"
#include "impl/projection/projection.hpp"
#include "problems/projection/problems.hpp"

namespace tandem::claims {
namespace {

using projection::Kind;

constexpr std::size_t source_width = 512;

/// Directions of n independent normal vectors.
std::vector<float> unit_vectors(std::size_t n, std::uint64_t seed) {
  std::vector<float> vectors = projection::random_problem(Kind::gaussian, n, source_width, 1, seed).vectors;
  for (std::size_t at = 0; at < vectors.size(); at += source_width) {
    double squares = 0;
    for (std::size_t i = 0; i < source_width; ++i) squares += std::pow(vectors[at + i], 2);
    for (std::size_t i = 0; i < source_width; ++i) vectors[at + i] /= static_cast<float>(std::sqrt(squares));
  }
  return vectors;
}

double dot(const float* x, const float* y, std::size_t count) {
  double sum = 0;
  for (std::size_t i = 0; i < count; ++i) sum += static_cast<double>(x[i]) * y[i];
  return sum;
}

/// The largest distortion over all pairs: of squared distances, relative, and of inner products of unit vectors.
struct Distortion {
  double distances = 0;
  double products = 0;
};

Distortion distortion(Kind kind, const std::vector<float>& vectors, std::size_t k, std::uint64_t seed) {
  projection::Problem problem = projection::random_projection(kind, source_width, k, seed);
  problem.vectors = vectors;
  problem.count = vectors.size() / source_width;
  projection::Answer answer(problem.count * k);
  projection::simd(problem, answer, {});
  Distortion worst;
  std::vector<double> squares;
  for (std::size_t i = 0; i < problem.count; ++i) squares.push_back(dot(&answer[i * k], &answer[i * k], k));
  for (std::size_t i = 0; i < problem.count; ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const double before = dot(&vectors[i * source_width], &vectors[j * source_width], source_width);
      const double after = dot(&answer[i * k], &answer[j * k], k);
      worst.products = std::max(worst.products, std::abs(after - before));
      const double distance = 2 - 2 * before;
      worst.distances = std::max(worst.distances, std::abs((squares[i] + squares[j] - 2 * after) / distance - 1));
    }
  }
  return worst;
}

/// The least k, of multiples of 8, whose median distortion of inner products is at most epsilon.
std::size_t least_dimensions(std::size_t n, double epsilon) {
  const std::vector<float> vectors = unit_vectors(n, n);
  const auto good = [&](std::size_t k) {
    std::vector<double> all;
    for (std::uint64_t seed = 0; seed < 5; ++seed) all.push_back(distortion(Kind::gaussian, vectors, k, seed).products);
    std::ranges::nth_element(all, all.begin() + 2);
    return all[2] <= epsilon;
  };
  std::size_t low = 0;
  std::size_t high = 512;
  while (high - low > 8) {
    const std::size_t middle = (low + high) / 16 * 8;
    (good(middle) ? high : low) = middle;
  }
  return high;
}

Outcome kinds(bool full) {
  const std::size_t n = full ? 500 : 150;
  const double epsilon = 0.5;
  const auto k = static_cast<std::size_t>(
      std::ceil(24 * std::log(static_cast<double>(n)) / (3 * epsilon * epsilon - 2 * std::pow(epsilon, 3))));
  const std::vector<float> vectors = unit_vectors(n, 1);
  std::string figures;
  std::vector<Verdict> verdicts;
  const std::size_t draws = full ? 10 : 3;
  for (const auto& [kind, name] :
       {std::pair{Kind::gaussian, "normal"}, {Kind::sparse, "sparse"}, {Kind::hadamard, "Hadamard"}}) {
    double worst = 0;
    for (std::uint64_t seed = 0; seed < draws; ++seed) {
      worst = std::max(worst, distortion(kind, vectors, k, seed).distances);
    }
    figures += fmt::format("{}{}: {:.3f}", figures.empty() ? "" : ", ", name, worst);
    verdicts.push_back(confirmed_if(worst <= epsilon));
  }
  return {fmt::format("largest distortion of squared distances of {} vectors in {} dimensions: {}", n, k, figures),
          together(verdicts), 3 * draws};
}

Outcome logarithmic_growth(bool full) {
  std::vector<std::size_t> counts = {32, 128, 512};
  if (full) counts.push_back(2048);
  std::string figures;
  std::vector<double> shares;
  for (const std::size_t n : counts) {
    const std::size_t k = least_dimensions(n, 0.4);
    shares.push_back(static_cast<double>(k) / std::log(static_cast<double>(n)));
    figures += fmt::format("{}n = {}: k = {}", figures.empty() ? "" : ", ", n, k);
  }
  const auto [least, most] = std::ranges::minmax(shares);
  return {fmt::format("inner products of unit vectors within 0.4: {}; k / log n between {:.1f} and {:.1f}", figures,
                      least, most),
          confirmed_if(most <= 1.5 * least), counts.size()};
}

Outcome constant(bool) {
  const std::size_t n = 512;
  const std::size_t k = least_dimensions(n, 0.4);
  const double share = static_cast<double>(k) / std::log(static_cast<double>(n));
  const double needed = share * 0.4 * 0.4;
  return {
      fmt::format("{:.1f} log n dimensions at n = 512 and epsilon = 0.4, that is {:.2f} log n / epsilon^2 against 8 of "
                  "the lemma's usual form",
                  share, needed),
      confirmed_if(needed <= 8), 5};
}

const RegisteredClaims projection_registered{{
    {.id = "J1",
     .method = "projection",
     .statement = "Random projections into 24 log n / (3 e^2 - 2 e^3) dimensions keep all squared distances within e",
     .source = "kexue.fm 8679; Johnson and Lindenstrauss (1984)",
     .threshold = "e = 0.5 for normal, sparse and Hadamard's numbers",
     .full_seconds = 5,
     .experiment = kinds},
    {.id = "J2",
     .method = "projection",
     .statement = "The dimensions that inner products need grow like log n",
     .source = "kexue.fm 8706, 9588",
     .threshold = "k / log n within a factor of 1.5 over n = 32 to 512 (full: 2048)",
     .quick_seconds = 3,
     .full_seconds = 40,
     .experiment = logarithmic_growth},
    {.id = "J3",
     .method = "projection",
     .statement = "8 log n / e^2 dimensions are enough for inner products of unit vectors",
     .source = "kexue.fm 8706",
     .threshold = "fewer are, at n = 512 and e = 0.4",
     .quick_seconds = 2,
     .full_seconds = 2,
     .experiment = constant},
}};

}  // namespace
}  // namespace tandem::claims
