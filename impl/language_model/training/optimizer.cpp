#include "impl/language_model/training/optimizer.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "impl/support/parallel.hpp"

namespace tandem::language_model {
namespace {

constexpr std::size_t grain = std::size_t{1} << 14;

/// Summed in double, chunk by chunk, whoever computes the chunks.
double length_of(std::span<const float> numbers, const Execution& execution) {
  std::vector<double> squares((numbers.size() + grain - 1) / grain);
  for_each_chunk(execution, numbers.size(), grain, [&](std::size_t begin, std::size_t end) {
    double sum = 0;
    for (std::size_t i = begin; i < end; ++i) sum += static_cast<double>(numbers[i]) * numbers[i];
    squares[begin / grain] = sum;
  });
  return std::sqrt(std::accumulate(squares.begin(), squares.end(), 0.0));
}

}  // namespace

double learning_rate(const OptimizerOptions& options, std::size_t step, std::size_t steps) {
  const auto done = static_cast<double>(step + 1);
  const auto warm_up = static_cast<double>(options.warm_up);
  if (done <= warm_up) return options.learning_rate * done / warm_up;
  const double way = (done - warm_up) / std::max(1.0, static_cast<double>(steps) - warm_up);
  const double cosine = (1 + std::cos(std::numbers::pi * std::min(1.0, way))) / 2;
  return options.learning_rate * (options.final_share + (1 - options.final_share) * cosine);
}

AdamW::AdamW(const Shape& shape, const OptimizerOptions& options)
    : mean(Layout(shape).size), square(mean.size()), options_(options) {
  const Layout layout(shape);
  parts_ = {{layout.token_embedding, layout.attention_norm, false},
            {layout.attention_norm, layout.query, false},
            {layout.query, layout.feed_forward_norm, true},
            {layout.feed_forward_norm, layout.gate, false},
            {layout.gate, layout.final_norm, true},
            {layout.final_norm, layout.size, false}};  // and the classifier, an embedding too
}

void AdamW::update(std::span<float> parameters, std::span<const float> gradient, std::size_t step, double rate,
                   const Execution& execution) {
  const double length = length_of(gradient, execution);
  const auto scale = static_cast<float>(length > options_.clip ? options_.clip / length : 1);
  const auto beta1 = static_cast<float>(options_.beta1);
  const auto beta2 = static_cast<float>(options_.beta2);
  const auto times = static_cast<double>(step + 1);
  const auto mean_share = static_cast<float>(rate / (1 - std::pow(options_.beta1, times)));
  const auto square_share = static_cast<float>(1 / (1 - std::pow(options_.beta2, times)));
  for (const Part& part : parts_) {
    const auto decay = static_cast<float>(part.decays ? rate * options_.weight_decay : 0);
    for_each_chunk(execution, part.end - part.begin, grain, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = part.begin + begin; i < part.begin + end; ++i) {
        const float g = scale * gradient[i];
        mean[i] = beta1 * mean[i] + (1 - beta1) * g;
        square[i] = beta2 * square[i] + (1 - beta2) * g * g;
        parameters[i] -= mean_share * mean[i] / (std::sqrt(square_share * square[i]) + 1e-8F) + decay * parameters[i];
      }
    });
  }
}

}  // namespace tandem::language_model
