// The driver that runs chunks of a sequence at once, with a cell made up for each question: what it does is counted,
// and what it must not overlook is put in its way.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <utility>
#include <vector>

#include "impl/rnn/warm_start/warm_start.hpp"

namespace tandem::rnn {
namespace {

using Map = std::function<float(std::size_t t, float x)>;

constexpr std::size_t length = 20000;
constexpr std::size_t columns = 4;

// One number, four trajectories at a time: x_t = map(t, x_{t-1}).
class Scripted : public Lockstep {
 public:
  Scripted(Map map, Answer<>& answer) : map_(std::move(map)), answer_(answer) {}
  std::size_t columns() const override { return tandem::rnn::columns; }
  std::size_t advance(std::span<Stretch> stretches, std::size_t steps, float tolerance) const override {
    std::vector<float> x;
    for (const Stretch& stretch : stretches) x.push_back(*stretch.start);
    for (std::size_t step = 0; step < steps; ++step) {
      bool all = true;
      for (std::size_t c = 0; c < stretches.size(); ++c) {
        const std::size_t t = stretches[c].first + step;
        x[c] = map_(t, x[c]);
        stretches[c].met = tolerance >= 0 && std::abs(answer_.states[t] - x[c]) <= tolerance;
        answer_.states[t] = x[c];
        all = all && stretches[c].met;
      }
      (stretches.size() > 1 ? together : alone) += 1;
      if (tolerance >= 0 && all) return step + 1;
    }
    return steps;
  }
  mutable std::size_t together = 0;  ///< steps of several trajectories side by side
  mutable std::size_t alone = 0;

 private:
  Map map_;
  Answer<>& answer_;
};

struct Counted {
  Answer<> answer;
  std::size_t together;
  std::size_t alone;
};

// Runs the driver and expects the loop's answer from it, exactly.
Counted run(const Map& map) {
  Problem<Tanh> problem{.hidden_size = 1, .weights = {0}, .initial_state = {1}, .input = std::vector<float>(length)};
  Answer<> answer{.states = std::vector<float>(length, -7)};
  const Scripted lockstep(map, answer);
  warm_start(problem, answer, {}, lockstep);
  float x = 1;
  for (std::size_t t = 0; t < length; ++t) {
    x = map(t, x);
    EXPECT_EQ(answer.states[t], x) << t;
    if (answer.states[t] != x) break;
  }
  return {answer, lockstep.together, lockstep.alone};
}

// The first 32 steps run alone. A cell that forgets at once gets four chunks of 312 steps next (together less than a
// 16th of the sequence, so that nothing is rehearsed), then of 625, 1250 and 2805.
constexpr std::size_t blocks[] = {32, 1280, 3780, 8780, length};
constexpr std::size_t chunk = 312;
static_assert(blocks[0] + columns * chunk == blocks[1]);

TEST(WarmStartDriver, RunsChunksWhereTheCellForgets) {
  const Counted counted = run([](std::size_t t, float) { return static_cast<float>(t % 7); });
  EXPECT_EQ(counted.answer.repeated_steps, 0U);
  EXPECT_LE(counted.alone, 40U);
  EXPECT_GE(counted.together, (length - blocks[0]) / columns);
  EXPECT_LE(counted.together, (length - blocks[0]) / columns + 400);
}

TEST(WarmStartDriver, TriesNothingWhereTheCellNeverForgets) {
  const Counted counted = run([](std::size_t t, float x) { return t % 100 == 0 ? x + 1 : x; });
  EXPECT_EQ(counted.together, 0U);
  EXPECT_LE(counted.alone, length + length / 20) << "the probes' share";
}

// The third chunk does not meet, and the second, from which it was told its beginning, ends elsewhere than thought.
// Its beginning then meets the true trajectory by chance, but what follows was never run from there.
TEST(WarmStartDriver, AChunkInTwoPiecesIsRepairedBehindBoth) {
  const std::size_t second = blocks[0] + chunk;
  const std::size_t third = second + chunk;
  const std::size_t fourth = third + chunk;
  const Counted counted = run([=](std::size_t t, float x) -> float {
    if (t < blocks[0] || t == blocks[1]) return 1;
    if (t == second + 250) return x + 4;
    if (t == third + 250) return x + 7;
    if (t == fourth + 40) return x > 6 ? 3 : x;
    return t > blocks[1] ? 1 : x;
  });
  EXPECT_GT(counted.answer.repeated_steps, chunk);
}

// Every guess agrees with every other, and none is right: nothing but the verification can find that, block by block.
TEST(WarmStartDriver, GivesUpAfterABlockThatHadToBeRepeated) {
  const Counted counted = run([](std::size_t t, float x) -> float {
    if (t < blocks[0]) return 0;
    for (const std::size_t begin : blocks) {
      if (t == begin + 10) return x + 1;
      if (t + 1 == begin) return 0;
    }
    return x;
  });
  EXPECT_GT(counted.answer.repeated_steps, 2 * chunk);
  EXPECT_LE(counted.together, chunk + 100) << "one block, and its verification";
  EXPECT_LE(counted.alone, length + 100);
}

// Resets every eighth step ask for blocks that are too large to be lost; after the first steps there are none.
TEST(WarmStartDriver, RehearsesBeforeALargeBlock) {
  const Counted counted = run([](std::size_t t, float x) -> float { return t < 32 && t % 8 == 7 ? 1 : x; });
  EXPECT_EQ(counted.answer.repeated_steps, 0U);
  EXPECT_GT(counted.together, 0U);
  EXPECT_LE(counted.together, 200U) << "the beginnings of the chunks, twice";
  EXPECT_LE(counted.alone, length + 100);
}

}  // namespace
}  // namespace tandem::rnn
