// What a checkpoint of a training must hold: a number that is not possible is refused, and nothing is made of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "impl/language_model/training/checkpoint.hpp"
#include "tests/support/refusal.hpp"

namespace tandem::language_model {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

template <class Number>
std::string list(const std::vector<Number>& numbers) {
  const std::uint64_t count = numbers.size();
  return std::string(reinterpret_cast<const char*>(&count), sizeof count) +
         std::string(reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(Number));
}

/// Of a training of ten steps with two parameters.
struct Numbers {
  std::vector<double> header = {20241124, 0.5};
  std::vector<double> progress = {7, 3.5, 2, 2};  // step, sum of losses, losses, points
  std::vector<double> points = {0, 0, NAN, 8, 5, 1e-3, 2.5, 4};
  std::vector<float> parameters = {1, -1};
  std::vector<float> mean = {-0.5F, 0};
  std::vector<float> square = {0.25F, 0};

  std::string bytes() const {
    return list(header) + list(progress) + list(points) + list(parameters) + list(mean) + list(square);
  }
};

Checkpoint parse(const std::string& bytes) {
  return parse_checkpoint(bytes, "c.bin", {.header = {20241124, 0.5}, .steps = 10, .parameters = 2});
}

std::string refusal(const std::string& bytes) {
  return test::refusal([&] { parse(bytes); });
}

TEST(Checkpoint, ComesBack) {
  const Checkpoint checkpoint = parse(Numbers().bytes());
  EXPECT_EQ(checkpoint.step, 7U);
  EXPECT_EQ(checkpoint.loss_sum, 3.5);
  EXPECT_EQ(checkpoint.loss_count, 2U);
  ASSERT_EQ(checkpoint.curve.size(), 2U);
  EXPECT_TRUE(std::isnan(checkpoint.curve[0].training_loss));
  EXPECT_EQ(checkpoint.curve[1].step, 5U);
  EXPECT_EQ(checkpoint.curve[1].held_out_bits_per_byte, 4);
  EXPECT_EQ(checkpoint.parameters, Numbers().parameters);
  EXPECT_EQ(checkpoint.mean, Numbers().mean);
  EXPECT_EQ(checkpoint.square, Numbers().square);
}

TEST(Checkpoint, IsRefusedWhereverItEnds) {
  const std::string whole = Numbers().bytes();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_THAT(refusal(whole.substr(0, size)), StartsWith("c.bin ends too early, at byte ")) << size;
  }
  EXPECT_EQ(refusal(whole + "x"), "c.bin goes on behind its end, at byte " + std::to_string(whole.size()));
}

TEST(Checkpoint, OfAnotherTrainingIsRefused) {
  Numbers numbers;
  numbers.header[1] = 0.25;
  EXPECT_THAT(refusal(numbers.bytes()), HasSubstr("is of a training with other options or another text"));
  numbers = {};
  numbers.parameters = numbers.mean = numbers.square = {1, 2, 3};
  EXPECT_THAT(refusal(numbers.bytes()), HasSubstr("is no checkpoint of this training"));
}

TEST(Checkpoint, NumbersThatAreNotPossibleAreRefused) {
  for (const double count : {0.5, -1.0, 11.0, 1e300, static_cast<double>(NAN), static_cast<double>(INFINITY)}) {
    for (const std::size_t which : {0, 2, 3}) {
      Numbers numbers;
      numbers.progress[which] = count;
      EXPECT_NE(refusal(numbers.bytes()), "accepted") << which << " is " << count;
    }
    Numbers numbers;
    numbers.points[4] = count;
    EXPECT_THAT(refusal(numbers.bytes()), HasSubstr("is damaged: a number of steps")) << count;
  }
  Numbers numbers;
  numbers.progress[1] = NAN;
  EXPECT_THAT(refusal(numbers.bytes()), HasSubstr("its sum of losses"));
  for (const std::size_t which : {1, 3, 5, 7}) {
    numbers = {};
    numbers.points[which] = NAN;
    EXPECT_THAT(refusal(numbers.bytes()), HasSubstr("a point of its loss curve")) << which;
  }
  for (const float moment : {NAN, INFINITY, -INFINITY}) {
    numbers = {};
    numbers.parameters[1] = moment;
    EXPECT_THAT(refusal(numbers.bytes()), HasSubstr("a parameter is not possible"));
    numbers = {};
    numbers.mean[0] = moment;
    EXPECT_THAT(refusal(numbers.bytes()), HasSubstr("the mean of a gradient is not possible"));
    numbers = {};
    numbers.square[1] = moment;
    EXPECT_THAT(refusal(numbers.bytes()), HasSubstr("the mean of a gradient's square is not possible"));
  }
  numbers = {};
  numbers.square[0] = -1e-9F;
  EXPECT_THAT(refusal(numbers.bytes()), HasSubstr("the mean of a gradient's square is not possible"));
}

/// Nothing is allocated for a count that the file does not cover.
TEST(Checkpoint, CountsBeyondTheFileTakeNoMemory) {
  Numbers numbers;
  numbers.progress[3] = 1e6;
  const std::string before = list(numbers.header) + list(numbers.progress);
  const std::uint64_t count = 4'000'000;
  EXPECT_THAT(refusal(before + std::string(reinterpret_cast<const char*>(&count), sizeof count)),
              HasSubstr("ends too early"));
}

}  // namespace
}  // namespace tandem::language_model
