#include "impl/language_model/training/checkpoint.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

#include "impl/support/bytes.hpp"

namespace tandem::language_model {
namespace {

constexpr std::size_t numbers_per_point = 4;
constexpr std::size_t most_points = 1'000'000;

template <class Number>
std::vector<Number> read_list(ByteReader& file, std::uint64_t count) {
  if (file.number<std::uint64_t>() != count) file.refuse("is no checkpoint of this training, or damaged");
  return file.numbers<Number>(count);
}

/// Numbers are kept as doubles, these as whole ones.
std::size_t whole(const ByteReader& file, double number, std::size_t most) {
  if (!(number >= 0 && number <= static_cast<double>(most) && number == std::floor(number))) {
    file.refuse("is damaged: a number of steps, of losses or of points is not possible");
  }
  return static_cast<std::size_t>(number);
}

void require_finite(const ByteReader& file, const std::vector<float>& numbers, float least, const char* what) {
  const auto possible = [least](float number) { return std::isfinite(number) && number >= least; };
  if (!std::ranges::all_of(numbers, possible)) file.refuse(std::string("is damaged: ") + what + " is not possible");
}

}  // namespace

Checkpoint parse_checkpoint(std::string_view bytes, std::string_view name, const CheckpointOf& of) {
  ByteReader file(bytes, name);
  if (read_list<double>(file, of.header.size()) != of.header) {
    file.refuse("is of a training with other options or another text");
  }
  const auto progress = read_list<double>(file, 4);
  Checkpoint checkpoint;
  checkpoint.step = whole(file, progress[0], of.steps);
  checkpoint.loss_sum = progress[1];
  checkpoint.loss_count = whole(file, progress[2], checkpoint.step);
  if (!std::isfinite(checkpoint.loss_sum)) file.refuse("is damaged: its sum of losses is not a finite number");
  const auto points = read_list<double>(file, numbers_per_point * whole(file, progress[3], most_points));
  for (std::size_t i = 0; i < points.size(); i += numbers_per_point) {
    if (!std::isfinite(points[i + 1]) || std::isinf(points[i + 2]) || !std::isfinite(points[i + 3])) {
      file.refuse("is damaged: a point of its loss curve is not a finite number");
    }
    checkpoint.curve.push_back({whole(file, points[i], checkpoint.step), points[i + 1], points[i + 2], points[i + 3]});
  }
  constexpr float any = -std::numeric_limits<float>::max();
  checkpoint.parameters = read_list<float>(file, of.parameters);
  require_finite(file, checkpoint.parameters, any, "a parameter");
  checkpoint.mean = read_list<float>(file, of.parameters);
  require_finite(file, checkpoint.mean, any, "the mean of a gradient");
  checkpoint.square = read_list<float>(file, of.parameters);
  require_finite(file, checkpoint.square, 0, "the mean of a gradient's square");
  if (!file.empty()) file.refuse("goes on behind its end");
  return checkpoint;
}

}  // namespace tandem::language_model
