// What the races against other people's attention rest on; that their answers agree is the agreement test's.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

#include "impl/attention/peers/blocks.hpp"
#include "impl/attention/peers/onnx_model.hpp"
#include "impl/attention/peers/peers.hpp"
#include "problems/attention/problems.hpp"

namespace tandem::attention {
namespace {

using testing::HasSubstr;
using testing::Not;

Problem causal(std::size_t n, std::size_t window) {
  Problem problem = random_problem({1, 1, n, n, 8}, 1);
  problem.mask = {.causal = true, .window = window};
  return problem;
}

TEST(Blocks, HoldEveryQueryOnceAndTheKeysThatItSees) {
  const Problem problem = causal(23, 4);
  std::size_t next = 0;
  for (const Block& block : blocks_of(problem, 5)) {
    EXPECT_EQ(block.first, next);
    for (std::size_t query = block.first; query < block.first + block.count; ++query) {
      EXPECT_LE(block.keys.first, visible(problem, query).first);
      EXPECT_GE(block.keys.last, visible(problem, query).last);
    }
    EXPECT_LE(block.keys.last - block.keys.first, 5U + 3);  // and no more than any sees
    next = block.first + block.count;
  }
  EXPECT_EQ(next, 23U);
}

TEST(Blocks, HaveMasksThatShowEachQueryItsKeysAlone) {
  const Problem problem = causal(5, 2);
  // Queries 0 to 2 with keys 0 to 2, and queries 3 and 4 with keys 2 to 4.
  EXPECT_THAT(masks_of(problem, blocks_of(problem, 3), 1, 0),
              testing::ElementsAre(1, 0, 0, 1, 1, 0, 0, 1, 1, 1, 1, 0, 0, 1, 1));
}

std::uint64_t varint(std::string_view& bytes) {
  std::uint64_t value = 0;
  for (unsigned shift = 0;; shift += 7) {
    if (bytes.empty()) throw std::runtime_error("a number is cut off");
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
    if (byte < 0x80) return value;
  }
}

/// The numbers of a message's fields, which have to fill it.
std::vector<std::uint64_t> fields_of(std::string_view bytes) {
  std::vector<std::uint64_t> fields;
  while (!bytes.empty()) {
    const std::uint64_t key = varint(bytes);
    const std::uint64_t size = varint(bytes);
    if ((key & 7) == 2) bytes.remove_prefix(size > bytes.size() ? throw std::runtime_error("cut off") : size);
    fields.push_back(key >> 3);
  }
  return fields;
}

TEST(OnnxModel, IsWhatTheOperatorsWant) {
  const std::string full = onnx_model(random_problem({2, 2, 5, 7, 8}, 1));
  EXPECT_THAT(fields_of(full), testing::ElementsAre(1, 7, 8, 8));  // version, graph, two sets of operators
  EXPECT_THAT(full, HasSubstr("MultiHeadAttention"));
  EXPECT_THAT(full, HasSubstr(std::string("scale\x15\xF3\x04\xB5\x3E", 10)));  // 1 / sqrt 8 as a float
  EXPECT_THAT(full, Not(HasSubstr("local_window_size")));

  const std::string windowed = onnx_model(causal(600, 300));
  EXPECT_THAT(windowed, HasSubstr("GroupQueryAttention"));
  EXPECT_THAT(windowed, HasSubstr(std::string("local_window_size\x18\xAC\x02", 20)));  // 300 = 2 x 128 + 44
  EXPECT_THAT(onnx_model(causal(600, 300), false), HasSubstr(std::string("local_window_size\x18\xAB\x02", 20)));
}

TEST(OnnxModel, IsForNoProblemThatTheOperatorsDoNotTake) {
  EXPECT_FALSE(onnx_unsuited(causal(9, 3)));
  Problem turned = causal(9, 3);
  turned.rotation.width = 2;
  EXPECT_TRUE(onnx_unsuited(turned));
  Problem later = causal(9, 3);
  later.shape.keys = 12;
  EXPECT_TRUE(onnx_unsuited(later));
  EXPECT_TRUE(onnx_unsuited(random_problem({4, 2, 5, 5, 8}, 1)));
}

TEST(GgmlLibraries, AreMissedInASentence) {
  try {
    const Ggml ggml("/nowhere");
    FAIL();
  } catch (const std::runtime_error& sentence) {
    EXPECT_THAT(sentence.what(), HasSubstr("ggml cannot be opened"));
  }
}

}  // namespace
}  // namespace tandem::attention
