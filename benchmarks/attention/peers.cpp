#include "benchmarks/attention/peers.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "benchmarks/attention/support.hpp"
#include "impl/attention/peers/onnx_model.hpp"
#include "impl/attention/peers/peers.hpp"
#include "problems/support/absences.hpp"
#include "problems/support/data.hpp"

namespace tandem::attention {
namespace {

using Variant = suite::Variant<Problem, Answer>;

constexpr suite::Growth streamed{1, 1.0 / 16};

void describe_output(const Problem& problem, suite::Fields<Answer>& fields) {
  const std::size_t size = problem.shape.heads * problem.shape.queries * problem.shape.width;
  fields.absolute("output", &Answer::output, size, tolerance_of(problem).output);
  fields.ignored("entropy", &Answer::entropy, "no library gives it");
}

Variant variant(const char* name, std::function<void(const Problem&, Answer&, const Execution&)> run,
                std::function<std::optional<std::string>(const Problem&)> unsuited) {
  return {.name = {name, suite::Rows::openmp_too},
          .run = std::move(run),
          .growth = streamed,
          .unsuited = std::move(unsuited),
          .fields = describe_output,
          .certificate = output_certificate};
}

void add_ggml(std::vector<Variant>& variants) {
#ifdef __x86_64__
  const auto library = problems::fetched_data("llama-3.22.1/libggml-base.so", "peer_ggml, ggml's attention, from npm");
  if (!library) return;
  const auto run = [folder = library->parent_path()](const Problem& problem, Answer& answer,
                                                     const Execution& execution) {
    static const Ggml ggml(folder);  // not before it runs: opening takes 10 ms
    ggml.attend(problem, answer, execution);
  };
  variants.push_back(variant("peer_ggml", run, Ggml::unsuited));
#else
  static_cast<void>(variants);
  problems::add_absence("peer_ggml: its package is for x86-64 alone");
#endif
}

void add_onnxruntime(std::vector<Variant>& variants) {
#ifdef TANDEM_PEER_ONNXRUNTIME
  variants.push_back(variant("peer_onnxruntime", peer_onnxruntime, onnx_unsuited));
#else
  static_cast<void>(variants);
  problems::add_absence(
      "peer_onnxruntime: its headers were not found when the program was built; Debian has them from 13 on, as "
      "libonnxruntime-dev (ci/compare_onnxruntime.sh races the one of npm)");
#endif
}

}  // namespace

std::vector<Variant> peers() {
  std::vector<Variant> variants;
  add_ggml(variants);
  add_onnxruntime(variants);
#ifdef TANDEM_PEER_ONEDNN
  variants.push_back(variant("peer_onednn", peer_onednn, onednn_unsuited));
#endif
#ifdef TANDEM_PEER_TORCH
  variants.push_back(variant("peer_torch", peer_torch, torch_unsuited));
#endif
  return variants;
}

}  // namespace tandem::attention
