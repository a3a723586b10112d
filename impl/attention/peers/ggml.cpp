// ggml multiplies by tiles of 64 queries and 64 keys where 64 queries or more come together, and one query at a time
// with a thread's share of the keys. It reads a mask of halves for every pair, those of the tiles that it skips, too;
// so a causal sequence is given to it in blocks of queries, each with the keys that it can see, which is the faster
// form by far where the window is small.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

#include "impl/attention/peers/blocks.hpp"
#include "impl/attention/peers/ggml.hpp"

namespace tandem::attention {
namespace {

using ggml::Tensor;

/// Fewer queries have fewer keys that only others see; threads take 64 of them, four times each.
std::size_t block_queries(int threads) { return threads == 1 ? 128 : 256 * static_cast<std::size_t>(threads); }

constexpr std::uint16_t seen = 0;               // as a half
constexpr std::uint16_t hidden = 0xFC00;        // -inf
constexpr std::size_t most_masks = 1ULL << 27;  // halves: 256 MiB

/// The blocks of a head, and the masks of all of them, one behind the other.
struct Blocks {
  std::vector<Block> blocks;
  std::vector<std::uint16_t> masks;
};

bool needs_mask(const Problem& problem) { return problem.mask.causal && problem.shape.queries > 1; }

std::vector<Block> blocks_for(const Problem& problem, int threads) {
  return blocks_of(problem,
                   needs_mask(problem) ? block_queries(threads) : std::max<std::size_t>(problem.shape.queries, 1));
}

Blocks with_masks(const Problem& problem, int threads) {
  Blocks all{blocks_for(problem, threads), {}};
  if (needs_mask(problem)) all.masks = masks_of(problem, all.blocks, seen, hidden);
  return all;
}

/// What a thread keeps from call to call.
class Kept {
 public:
  ~Kept() { release(); }
  Kept() = default;
  Kept(const Kept&) = delete;
  Kept& operator=(const Kept&) = delete;

  const Blocks& blocks(const Problem& problem, int threads) {
    const Shape& shape = problem.shape;
    const std::array key = {shape.queries, shape.keys, std::size_t{problem.mask.causal}, problem.mask.window,
                            static_cast<std::size_t>(threads)};
    if (key != key_) {
      blocks_ = with_masks(problem, threads);
      key_ = key;
    }
    return blocks_;
  }

  ggml::Backend* backend(const std::shared_ptr<const Ggml::Library>& library, int threads) {
    if (threads == threads_ && library == library_) return backend_;
    release();
    library_ = library;
    threads_ = threads;
    ggml::ThreadPoolParameters parameters{};
    library->threadpool_params_init(&parameters, threads);
    parameters.polling = 0;  // or they would take the processor from the row that comes next
    pool_ = library->threadpool_new(&parameters);
    backend_ = library->backend_cpu_init();
    library->backend_cpu_set_n_threads(backend_, threads);
    library->backend_cpu_set_threadpool(backend_, pool_);
    return backend_;
  }

 private:
  void release() {
    if (library_ == nullptr) return;
    library_->backend_free(backend_);
    library_->threadpool_free(pool_);
  }

  std::array<std::size_t, 5> key_{};
  Blocks blocks_;
  std::shared_ptr<const Ggml::Library> library_;
  int threads_ = 0;
  ggml::ThreadPool* pool_ = nullptr;
  ggml::Backend* backend_ = nullptr;
};

/// The operations of one call.
class Graph {
 public:
  Graph(const Ggml::Library& library, std::size_t nodes)
      : library_(library),
        context_(library.init(
            {nodes * 5 * library.tensor_overhead() + library.graph_overhead_custom(5 * nodes, false), nullptr, true})),
        graph_(library.new_graph_custom(context_, 5 * nodes, false)) {}
  ~Graph() { library_.free(context_); }
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;

  /// It takes no pointers to const, though it does not write to inputs.
  template <class Number>
  Tensor* tensor(ggml::Type type, const Number* numbers, std::size_t nearest, std::size_t next, std::size_t farthest) {
    Tensor* const tensor = library_.new_tensor_3d(context_, type, static_cast<std::int64_t>(nearest),
                                                  static_cast<std::int64_t>(next), static_cast<std::int64_t>(farthest));
    return placed(tensor, const_cast<Number*>(numbers));
  }

  void attend(Tensor* queries, Tensor* keys, Tensor* values, Tensor* mask, double scale, float* output) {
    Tensor* const result =
        library_.flash_attn_ext(context_, queries, keys, values, mask, static_cast<float>(scale), 0, 0);
    library_.build_forward_expand(graph_, placed(result, output));
  }

  void compute(ggml::Backend* backend) const {
    if (library_.backend_graph_compute(backend, graph_) != 0) throw std::runtime_error("ggml did not compute");
  }

 private:
  Tensor* placed(Tensor* tensor, void* memory) const {
    library_.backend_tensor_alloc(library_.all_memory, tensor, memory);
    return tensor;
  }

  const Ggml::Library& library_;
  ggml::Context* context_;
  ggml::Graph* graph_;
};

}  // namespace

Ggml::Ggml(const std::filesystem::path& folder) : library_(std::make_shared<const Library>(folder)) {}

std::optional<std::string> Ggml::unsuited(const Problem& problem) {
  if (problem.rotation.width > 0) return "its attention turns nothing";
  if (!problem.query_bias.empty() || !problem.addend.empty()) return "its attention adds to no query or key";
  if (problem.relative.kind != Relative::none) return "its relative biases are halves";
  if (problem.scaling.per_row && problem.scaling.policy != Scale::standard) return "all rows have one factor";
  if (problem.mask.causal && problem.shape.queries > problem.shape.keys) return "some queries see no key";
  std::size_t pairs = 0;
  for (const Block& block : blocks_for(problem, 1)) pairs += block.count * (block.keys.last - block.keys.first);
  if (needs_mask(problem) && pairs > most_masks) return "its masks take too much memory";
  return std::nullopt;
}

void Ggml::attend(const Problem& problem, Answer& answer, const Execution& execution) const {
  require_valid(problem, answer);
  if (const auto reason = unsuited(problem)) throw std::invalid_argument("ggml is not asked: " + *reason);
  const Shape& shape = problem.shape;
  if (shape.queries == 0) return;
  if (shape.keys == 0) std::ranges::fill(answer.output, 0.0F);
  if (shape.keys == 0) return;
  thread_local Kept kept;
  // They wait for one another without sleep, so more of them than processors would hardly ever meet.
  const int threads = std::min(execution.team(), static_cast<int>(std::max(1U, std::thread::hardware_concurrency())));
  const Blocks& all = kept.blocks(problem, threads);
  const std::size_t d = shape.width;
  const double scale = scale_factor(problem.scaling, seen_keys(problem, 0)) / std::sqrt(static_cast<double>(d));

  // One query: all heads together, since it has a form of its own for that. Else the heads one by one, whose output
  // would lie in another order otherwise.
  const bool together = shape.queries == 1;
  const std::size_t heads = together ? shape.heads : 1;
  const std::size_t key_heads = together ? shape.key_heads : 1;
  Graph graph(*library_, shape.heads / heads * all.blocks.size());
  for (std::size_t head = 0; head < shape.heads; head += heads) {
    const std::uint16_t* mask = all.masks.data();
    for (const Block& block : all.blocks) {
      const std::size_t row = (head * shape.queries + block.first) * d;
      const std::size_t key_row = (head / shape.group() * shape.keys + block.keys.first) * d;
      const std::size_t keys = block.keys.last - block.keys.first;
      Tensor* const masked = all.masks.empty() ? nullptr : graph.tensor(ggml::float16, mask, keys, block.count, 1);
      if (masked != nullptr) mask += keys * block.count;
      graph.attend(graph.tensor(ggml::float32, problem.queries.data() + row, d, block.count, heads),
                   graph.tensor(ggml::float32, problem.keys.data() + key_row, d, keys, key_heads),
                   graph.tensor(ggml::float32, problem.values.data() + key_row, d, keys, key_heads), masked, scale,
                   answer.output.data() + row);
    }
  }
  graph.compute(kept.backend(library_, threads));
}

}  // namespace tandem::attention
