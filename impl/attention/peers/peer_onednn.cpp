// oneDNN has no attention on processors in these versions; this is what its products and its softmax come to: blocks of
// queries whose scores stay in the second cache, and of causal masks the keys up to the end of a block alone.
#include <algorithm>
#include <cmath>
#include <limits>
#include <oneapi/dnnl/dnnl.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "impl/attention/peers/blocks.hpp"
#include "impl/attention/peers/peers.hpp"
#include "impl/support/onednn.hpp"

namespace tandem::attention {
namespace {

using dnnl::memory;

/// Rows x columns of floats, whose rows are so many apart.
memory::desc matrix(std::size_t rows, std::size_t columns, std::size_t row, std::size_t column) {
  const auto at = [](std::size_t number) { return static_cast<memory::dim>(number); };
  return {{at(rows), at(columns)}, memory::data_type::f32, memory::dims{at(row), at(column)}};
}

/// oneDNN takes no pointers to const, though it does not write to inputs.
class Operations {
 public:
  void multiply(const memory::desc& a, const float* first, const memory::desc& b, const float* second,
                const memory::desc& c, float* product) {
    dnnl::matmul(onednn::described<dnnl::matmul>(engine_, a, b, c))
        .execute(
            stream_,
            {{DNNL_ARG_SRC, view(a, first)}, {DNNL_ARG_WEIGHTS, view(b, second)}, {DNNL_ARG_DST, view(c, product)}});
    stream_.wait();
  }

  /// Of every row, in place. A template, since one of the two interfaces is not there.
  template <class Softmax = dnnl::softmax_forward>
  void softmax(const memory::desc& desc, float* numbers) {
    constexpr auto forward = dnnl::prop_kind::forward_inference;
    const auto description = [&] {
      if constexpr (requires { typename Softmax::desc; }) {
        return onednn::described<Softmax>(engine_, forward, desc, 1);
      } else {
        return onednn::described<Softmax>(engine_, forward, dnnl::algorithm::softmax_accurate, desc, desc, 1);
      }
    }();
    const memory all = view(desc, numbers);
    Softmax(description).execute(stream_, {{DNNL_ARG_SRC, all}, {DNNL_ARG_DST, all}});
    stream_.wait();
  }

 private:
  memory view(const memory::desc& desc, const float* numbers) const {
    return {desc, engine_, const_cast<float*>(numbers)};
  }

  dnnl::engine engine_{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream_{engine_};
};

}  // namespace

std::optional<std::string> onednn_unsuited(const Problem& problem) {
  if (problem.rotation.width > 0) return "it turns nothing";
  if (!problem.query_bias.empty() || !problem.addend.empty()) return "it adds to no query or key";
  if (problem.relative.kind != Relative::none) return "it adds nothing to scores";
  if (problem.mask.causal && problem.shape.queries > problem.shape.keys) return "some queries see no key";
  return std::nullopt;
}

void peer_onednn(const Problem& problem, Answer& answer, const Execution& execution) {
  require_valid(problem, answer);
  if (const auto reason = onednn_unsuited(problem)) throw std::invalid_argument("not raced: " + *reason);
  const Shape& shape = problem.shape;
  const std::size_t d = shape.width;
  const double root = std::sqrt(static_cast<double>(d));
  std::ranges::fill(answer.output, 0.0F);
  if (shape.keys == 0) return;
  const onednn::OpenMpThreads threads(execution.team());
  Operations operations;
  constexpr std::size_t most = 64;  // queries: with 4,096 keys their scores take 1 MiB
  std::vector<float> queries(most * d);
  std::vector<float> scores(most * shape.keys);
  for (std::size_t head = 0; head < shape.heads; ++head) {
    const float* const keys = problem.keys.data() + head / shape.group() * shape.keys * d;
    const float* const values = problem.values.data() + head / shape.group() * shape.keys * d;
    for (const auto& [first, count, seen] : blocks_of(problem, most)) {
      const std::size_t width = seen.last - seen.first;
      const std::size_t at = (head * shape.queries + first) * d;
      for (std::size_t i = 0; i < count; ++i) {
        const Span span = visible(problem, first + i);
        const std::size_t n = problem.scaling.per_row ? span.last - span.first : shape.keys;
        const auto scale = static_cast<float>(scale_factor(problem.scaling, n) / root);
        for (std::size_t k = i * d; k < (i + 1) * d; ++k) queries[k] = scale * problem.queries[at + k];
      }
      operations.multiply(matrix(count, d, d, 1), queries.data(), matrix(d, width, 1, d), keys + seen.first * d,
                          matrix(count, width, width, 1), scores.data());
      for (std::size_t i = 0; i < count; ++i) {
        const Span span = visible(problem, first + i);
        float* const row = scores.data() + i * width;
        std::fill(row, row + (span.first - seen.first), -std::numeric_limits<float>::infinity());
        std::fill(row + (span.last - seen.first), row + width, -std::numeric_limits<float>::infinity());
      }
      operations.softmax(matrix(count, width, width, 1), scores.data());
      operations.multiply(matrix(count, width, width, 1), scores.data(), matrix(width, d, d, 1),
                          values + seen.first * d, matrix(count, d, d, 1), answer.output.data() + at);
    }
  }
}

}  // namespace tandem::attention
