// The claim that NBCE is for: its cost grows linearly with the number of contexts, that of one long prompt as a square.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <string>
#include <vector>

#include "benchmarks/language_model_support.hpp"
#include "benchmarks/suite/statistics.hpp"
#include "claims/claim.hpp"
#include "impl/nbce/nbce.hpp"

namespace tandem::claims {
namespace {

using nbce::Request;
using nbce::Session;

Request request_of(std::size_t contexts) {
  Request request{};
  const auto tokens = [](std::size_t count, std::uint64_t item) {
    std::vector<nbce::Token> result;
    for (std::size_t t = 0; t < count; ++t) {
      result.push_back(static_cast<nbce::Token>(random_bits(1, item, t) % language_model::shipped_shape.vocabulary));
    }
    return result;
  };
  request.question = tokens(16, 0);
  for (std::size_t k = 1; k <= contexts; ++k) request.contexts.push_back(tokens(96, k));
  return request;
}

double seconds_of(const language_model::PackedModel& model, const Request& request) {
  const auto start = std::chrono::steady_clock::now();
  Session(model, request).merge(0.5);
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// time = linear L + square L^2, by least squares of the relative errors.
struct Parabola {
  double linear = 0;
  double square = 0;

  Parabola(const std::vector<double>& lengths, const std::vector<double>& times) {
    double aa = 0, ab = 0, bb = 0, at = 0, bt = 0;
    for (std::size_t i = 0; i < times.size(); ++i) {
      const double a = lengths[i] / times[i];
      const double b = lengths[i] * a;
      aa += a * a, ab += a * b, bb += b * b, at += a, bt += b;
    }
    const double determinant = aa * bb - ab * ab;
    linear = (at * bb - bt * ab) / determinant;
    square = (bt * aa - at * ab) / determinant;
  }
  double share_of_square(double length) const { return square * length / (linear + square * length); }
};

Outcome linear_against_square(bool full) {
  const language_model::PackedModel model(language_model::random_model(language_model::shipped_shape, 1));
  std::vector<double> counts;
  std::vector<double> lengths;
  std::vector<double> nbce;
  std::vector<double> whole;
  const std::size_t most = full ? 64 : 32;
  for (std::size_t contexts = 1; contexts <= most; contexts *= 2) {
    const Request request = request_of(contexts);
    const Request long_request = concatenated(request);
    counts.push_back(static_cast<double>(contexts));
    lengths.push_back(static_cast<double>(long_request.question.size()) + 1);
    nbce.push_back(1e9);
    whole.push_back(1e9);
    for (int round = 0; round < 3; ++round) {
      nbce.back() = std::min(nbce.back(), seconds_of(model, request));
      whole.back() = std::min(whole.back(), seconds_of(model, long_request));
    }
  }
  const double exponent = suite::growth_exponent(counts, nbce).estimate;
  const double share = Parabola(lengths, whole).share_of_square(lengths.back());
  std::string times;
  std::string crossover = "none";
  for (std::size_t i = counts.size(); i-- > 0;) {
    times = fmt::format("n = {}: {:.1f} and {:.1f} ms{}{}", counts[i], 1e3 * nbce[i], 1e3 * whole[i],
                        times.empty() ? "" : "; ", times);
    if (nbce[i] < whole[i]) crossover = fmt::format("n = {}", counts[i]);
  }
  return {fmt::format("NBCE grows as n^{:.2f}; the square's share of the long prompt's time is {:.0f} % at {:.0f} "
                      "tokens; NBCE is faster from {} on; NBCE and long prompt, one thread: {}",
                      exponent, 100 * share, lengths.back(), crossover, times),
          std::abs(exponent - 1) <= 0.1 && share > 0.5 ? Verdict::confirmed : Verdict::refuted};
}

const Registered nbce_cost_registered{{
    {.id = "C13",
     .method = "nbce",
     .statement = "Reading n contexts costs NBCE a time linear in n, where one long prompt costs the square",
     .source = "kexue.fm 9617",
     .threshold = "contexts of 96 tokens: exponent 1 +- 0.1 over n; at the longest more than half of the long prompt's "
                  "time is the square's",
     .quick_seconds = 3,
     .full_seconds = 8,
     .experiment = linear_against_square},
}};

}  // namespace
}  // namespace tandem::claims
