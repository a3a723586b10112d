// What the streaming kernel promises about memory: a few tiles for each thread, whatever the length.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "impl/attention/attention.hpp"
#include "problems/attention/problems.hpp"
#include "tests/support/allocations.hpp"
#include "tests/support/full_speed.hpp"

namespace tandem::attention {
namespace {

/// A thread's rows and keys, twice over since they may have a near and a far form.
std::size_t bytes_of_tile(const Problem& problem) {
  return sizeof(float) * 2 * (384 + 128 + 128) * 2 * problem.shape.width;
}

/// What lists of chunks and schedulers take.
constexpr std::size_t bytes_of_lists = 65536;

/// Angles of every 64th position have a table, and those of the 64 between have another.
constexpr std::size_t positions_between = 64 * 64;

/// Bytes that a call asks for. Memory that threads keep from an earlier call is not among them.
std::size_t bytes_asked_for(const Problem& problem, const Execution& execution) {
  Answer answer = room_for(problem);
  const std::size_t before = test::allocated_bytes;
  simd(problem, answer, execution);
  return test::allocated_bytes - before;
}

struct Case {
  std::string name;
  Problem problem;
  double bytes_of_position = 0;  ///< beside inputs and outputs
};

/// What the numbers are does not matter.
Problem plain(std::size_t heads, std::size_t queries, std::size_t keys, std::size_t width, const Mask& mask = {}) {
  Problem problem = problem_of({heads, heads, queries, keys, width},
                               [](std::size_t count, std::uint64_t) { return std::vector<float>(count, 0.25F); });
  problem.mask = mask;
  return problem;
}

/// Of n queries, n keys, or both where a window keeps that quick: the scores of all pairs would take 16 GiB.
std::vector<Case> cases(std::size_t n) {
  const Mask window{.causal = true, .window = 512};
  std::vector<Case> all;
  all.push_back({"full", plain(1, 100, n, 64)});
  all.push_back({"causal", plain(1, 100, n, 64, {.causal = true})});
  all.push_back({"window", plain(1, n, n, 64, window)});
  all.push_back({"decoding", plain(2, 1, n, 64)});
  all.push_back({"few keys", plain(2, n, 64, 64)});

  Problem by_row = plain(1, n, n, 16, window);
  by_row.scaling = {.policy = Scale::logarithmic, .per_row = true};
  all.push_back({"a scale for each row", by_row});

  Problem rotated = plain(1, n, n, 64, window);
  rotated.rotation.width = 64;
  rotated.query_bias.assign(64, 0.5F);
  rotated.key_bias.assign(64, 0.5F);
  all.push_back({"rotation with biases", rotated, 64 / 8.0});
  rotated.rotation.window = 256;
  all.push_back({"ReRoPE", rotated, 64 / 8.0});
  rotated.rotation.stretch = 8;
  all.push_back({"leaky ReRoPE", rotated, 3 * 64 / 8.0});

  Problem hidden = plain(1, n, n, 16, window);
  hidden.addend.assign(n, 0.5F);
  hidden.addend[n / 2] = -std::numeric_limits<float>::infinity();
  all.push_back({"addends", hidden, 8});

  Problem relative = plain(2, n, n, 16, window);
  relative.relative.kind = Relative::alibi;
  all.push_back({"ALiBi of two heads", relative, 2 * 8});
  relative.relative = {Relative::sandwich, 0.1, 10000};
  all.push_back({"Sandwich of two heads", relative, 2 * 8 + 16 / 8.0 + 8});
  return all;
}

class Memory : public testing::TestWithParam<int> {};

// Threads keep their tiles from the short problem to the long one. Of several threads some may have had no part of the
// short one.
TEST_P(Memory, IsThatOfTilesAtEveryLength) {
  if (!test::counts_allocations) GTEST_SKIP() << "nobody counts allocations here";
  const int threads = GetParam();
  for (const std::size_t n : {1024, test::full_speed ? 65536 : 4096}) {
    const bool kept = n > 1024 && threads == 1;
    for (const Case& one : cases(n)) {
      const std::size_t tiles = kept ? 0 : bytes_of_tile(one.problem) * static_cast<std::size_t>(threads);
      const double most = static_cast<double>(tiles + bytes_of_lists) +
                          one.bytes_of_position * static_cast<double>(n + positions_between);
      for (const Scheduler scheduler : {Scheduler::openmp, Scheduler::one_tbb}) {
        const std::size_t asked = bytes_asked_for(one.problem, {threads, scheduler});
        EXPECT_LE(static_cast<double>(asked), most) << one.name << ", n = " << n;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Threads, Memory, testing::Values(1, 2, 5));

// The counter sees what it is there for.
TEST(AllocationCounter, SeesAMatrix) {
  if (!test::counts_allocations) GTEST_SKIP() << "nobody counts allocations here";
  const Problem problem = plain(1, 256, 256, 8);
  Answer answer = room_for(problem);
  const std::size_t before = test::allocated_bytes;
  matrix(problem, answer, {});
  EXPECT_GE(test::allocated_bytes - before, 256 * 256 * sizeof(float));
}

}  // namespace
}  // namespace tandem::attention
