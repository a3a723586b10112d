// libtorch's attention works tile by tile from version 2 on. It stops at the diagonal where its own causal mask is
// asked for, which is of as many queries as keys; any other mask is a matrix that it reads for every pair. So what is
// masked otherwise is given to it in blocks of queries, each with the keys that any of them sees.
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include "impl/attention/peers/blocks.hpp"
#include "impl/attention/peers/peers.hpp"
#include "impl/support/torch/torch.hpp"

namespace tandem::attention {
namespace {

#ifdef TANDEM_TORCH_ATTENDS
constexpr bool attends = true;
#else
constexpr bool attends = false;
#endif

/// It takes 64 queries at a time of 192 and more; fewer have fewer keys that only others see.
std::size_t block_queries(int threads) { return threads == 1 ? 192 : 256; }

constexpr std::size_t most_mask_numbers = 1ULL << 26;  // 256 MiB

/// Whether its own causal mask is the problem's.
bool has_its_mask(const Problem& problem) {
  return problem.mask.causal && problem.mask.window == 0 && problem.shape.queries == problem.shape.keys;
}

bool needs_mask(const Problem& problem) {
  return problem.mask.causal && problem.shape.queries > 1 && !has_its_mask(problem);
}

std::vector<Block> blocks_for(const Problem& problem, int threads) {
  return blocks_of(problem, needs_mask(problem) ? block_queries(threads) : problem.shape.queries);
}

/// The masks of all blocks, made once in each thread that asks.
const std::vector<float>& kept_masks(const Problem& problem, const std::vector<Block>& blocks) {
  thread_local std::array<std::size_t, 4> kept{};
  thread_local std::vector<float> masks;
  const std::array key = {problem.shape.queries, problem.shape.keys, problem.mask.window, blocks.front().count};
  if (key != kept) {
    masks = masks_of(problem, blocks, 0.0F, -std::numeric_limits<float>::infinity());
    kept = key;
  }
  return masks;
}

}  // namespace

std::optional<std::string> torch_unsuited(const Problem& problem) {
  if (!attends) return "libtorch has attention from version 2 on";
  if (problem.rotation.width > 0) return "its attention turns nothing";
  if (!problem.query_bias.empty() || !problem.addend.empty()) return "its attention adds to no query or key";
  if (problem.relative.kind != Relative::none) return "its attention takes relative biases as a whole matrix";
  if (problem.scaling.per_row && problem.scaling.policy != Scale::standard) return "all rows have one factor";
  if (problem.shape.queries == 0 || problem.shape.keys == 0) return "there is nothing to compute";
  if (problem.mask.causal && problem.shape.queries > problem.shape.keys) return "some queries see no key";
  std::size_t pairs = 0;
  for (const Block& block : blocks_for(problem, 1)) pairs += block.count * (block.keys.last - block.keys.first);
  if (needs_mask(problem) && pairs > most_mask_numbers) return "its masks take too much memory";
  return std::nullopt;
}

void peer_torch(const Problem& problem, Answer& answer, const Execution& execution) {
  require_valid(problem, answer);
  if (const auto reason = torch_unsuited(problem)) throw std::invalid_argument("not raced: " + *reason);
  const Shape& shape = problem.shape;
  torch::Attention attention{
      .threads = execution.team(),
      .batches = static_cast<std::int64_t>(shape.key_heads),
      .heads = static_cast<std::int64_t>(shape.group()),
      .width = static_cast<std::int64_t>(shape.width),
      .head_queries = static_cast<std::int64_t>(shape.queries),
      .batch_keys = static_cast<std::int64_t>(shape.keys),
      .stops_at_diagonal = has_its_mask(problem),
      .scale = scale_factor(problem.scaling, seen_keys(problem, 0)) / std::sqrt(static_cast<double>(shape.width))};
  const std::vector<Block> blocks = blocks_for(problem, execution.team());
  const float* mask = needs_mask(problem) ? kept_masks(problem, blocks).data() : nullptr;
  for (const Block& block : blocks) {
    const std::size_t keys = block.keys.last - block.keys.first;
    attention.queries = static_cast<std::int64_t>(block.count);
    attention.keys = static_cast<std::int64_t>(keys);
    attention.query = problem.queries.data() + block.first * shape.width;
    attention.key = problem.keys.data() + block.keys.first * shape.width;
    attention.value = problem.values.data() + block.keys.first * shape.width;
    attention.output = answer.output.data() + block.first * shape.width;
    attention.mask = mask;
    torch::operations().attend(attention);
    if (mask != nullptr) mask += block.count * keys;
  }
}

}  // namespace tandem::attention
