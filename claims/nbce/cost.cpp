// The claim that NBCE is for: its cost grows linearly with the number of contexts, that of one long prompt as a square.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "benchmarks/suite/statistics.hpp"
#include "claims/suite/claim.hpp"
#include "claims/suite/timing.hpp"
#include "impl/nbce/nbce.hpp"
#include "problems/language_model/models.hpp"
#include "problems/nbce/requests.hpp"

namespace tandem::claims {
namespace {

using nbce::Request;
using nbce::Session;

Request request_of(std::size_t contexts) {
  const nbce::Lengths lengths{.contexts = contexts, .context = 96, .question = 16, .answer = 0};
  Request request = nbce::random_request(lengths, language_model::shipped_shape.vocabulary, 1, /*first_item=*/0);
  request.settings = {};
  return request;
}

/// time = linear L + square L^2, by least squares of the relative errors.
struct Parabola {
  double linear = 0;
  double square = 0;

  Parabola(std::span<const double> lengths, std::span<const double> times) {
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
  double at(double length) const { return linear * length + square * length * length; }
  double share_of_square(double length) const { return square * length / (linear + square * length); }
};

Outcome linear_against_square(bool full) {
  const language_model::PackedModel model(language_model::random_model(language_model::shipped_shape, 1));
  std::vector<double> counts;
  std::vector<double> lengths;
  std::vector<Run> runs;  // NBCE with 1, 2, 4, ... contexts, then the long prompts
  std::vector<Run> whole;
  const std::size_t most = full ? 64 : 32;
  for (std::size_t contexts = 1; contexts <= most; contexts *= 2) {
    const Request request = request_of(contexts);
    const Request long_request = concatenated(request);
    counts.push_back(static_cast<double>(contexts));
    lengths.push_back(static_cast<double>(long_request.question.size()) + 1);
    runs.emplace_back([&model, request] { Session(model, request).merge(0.5); });
    whole.emplace_back([&model, long_request] { Session(model, long_request).merge(0.5); });
  }
  runs.insert(runs.end(), whole.begin(), whole.end());
  const Turns turns = take_turns(runs, full ? 30 : 3);

  const std::size_t sizes = counts.size();
  const Figure growth = turns.figure(
      [&](std::span<const double> times) { return suite::growth_exponent(counts, times.first(sizes)).estimate; });
  const Figure share = turns.figure([&](std::span<const double> times) {
    return Parabola(lengths, times.last(sizes)).share_of_square(lengths.back());
  });
  Series nbce{.name = "NBCE", .mark = Mark::points};
  Series prompt{.name = "one long prompt", .mark = Mark::points};
  const auto add = [&](Series& series, double contexts, const Figure& seconds) {
    series.x.push_back(contexts);
    series.y.push_back(1e3 * seconds.estimate);
    series.low.push_back(1e3 * seconds.low);
    series.high.push_back(1e3 * seconds.high);
  };
  std::vector<std::string> times;
  std::string crossover = "none";
  std::vector<Place> marks;
  for (std::size_t i = 0; i < sizes; ++i) {
    add(nbce, counts[i], turns.seconds(i));
    add(prompt, counts[i], turns.seconds(sizes + i));
    times.push_back(fmt::format("n = {}: {:.1f} and {:.1f} ms", counts[i], nbce.y[i], prompt.y[i]));
  }
  for (std::size_t i = sizes; i-- > 0 && turns.ratio(i, sizes + i).high < 1;) {
    crossover = fmt::format("n = {}", counts[i]);
    marks = {{counts[i], "NBCE is faster from here on"}};
  }
  const Parabola parabola(lengths, prompt.y);
  Series linear{.name = "proportional to n"};
  Series square{.name = "aL + bL^2, L tokens"};
  for (std::size_t i = 0; i < sizes; ++i) {
    linear.x.push_back(counts[i]);
    linear.y.push_back(nbce.y.back() * counts[i] / counts.back());
    square.x.push_back(counts[i]);
    square.y.push_back(parabola.at(lengths[i]));
  }
  const Picture picture{.title = "Reading n contexts of 96 tokens on one thread",
                        .x = {"contexts n", true},
                        .y = {"milliseconds", true},
                        .series = {nbce, linear, prompt, square},
                        .marks = marks};
  return {fmt::format("NBCE grows as n^e, e = {}; the square's share of the long prompt's time at {:.0f} tokens is {}; "
                      "NBCE is faster from {} on; NBCE and long prompt, one thread: {}",
                      text_of(growth), lengths.back(), text_of(share), crossover, fmt::join(times, "; ")),
          together({decide(growth, {.least = 0.9, .most = 1.1}), decide(share, at_least(0.5))}),
          sizes,
          {picture}};
}

const RegisteredClaims nbce_cost_registered{{
    {.id = "C13",
     .method = "nbce",
     .statement = "Reading n contexts costs NBCE a time linear in n, where one long prompt costs the square",
     .source = "kexue.fm 9617",
     .threshold = "contexts of 96 tokens: exponent 1 +- 0.1 over n; at the longest more than half of the long prompt's "
                  "time is the square's",
     .quick_seconds = 5,
     .full_seconds = 40,
     .experiment = linear_against_square},
}};

}  // namespace
}  // namespace tandem::claims
