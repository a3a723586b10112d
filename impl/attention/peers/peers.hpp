// Other people's attention, to be raced against. Not installed: the library of this project's users does not need it.
//
// Each takes what its library can do and says by `unsuited` why it does not take the rest. None gives entropies, so
// ours do more in the same race. What depends on shapes alone (graphs, masks, sessions) is made once and kept, as who
// uses these libraries layer after layer would; what depends on numbers is made in every call.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "impl/support/execution.hpp"
#include "reference/attention/attention.hpp"

namespace tandem::attention {

/// ggml's flash_attn_ext on floats, from the shared libraries of a folder, which are opened at run time.
class Ggml {
 public:
  /// Throws std::runtime_error that says what is wrong with the libraries: missing, or of a version that is not known.
  explicit Ggml(const std::filesystem::path& folder);

  /// Masks are exact; rotations, biases and a scale factor for each row would be operations before it.
  static std::optional<std::string> unsuited(const Problem& problem);

  /// On execution.team() threads of a pool of its own, which sleep between calls.
  void attend(const Problem& problem, Answer& answer, const Execution& execution) const;

  struct Library;

 private:
  std::shared_ptr<const Library> library_;
};

/// Products and softmax of oneDNN 2 or 3, block by block: the ceiling of the matrix part. OpenMP on execution.team()
/// threads; the setting of the calling thread is put back.
void peer_onednn(const Problem& problem, Answer& answer, const Execution& execution);
std::optional<std::string> onednn_unsuited(const Problem& problem);

/// ONNX Runtime's fastest operator (onnx_model.hpp), which says by `onnx_unsuited` what it does not take. Debian has
/// its headers from 13 on. On execution.team() threads of its own, which sleep between calls.
void peer_onnxruntime(const Problem& problem, Answer& answer, const Execution& execution);

/// libtorch's scaled_dot_product_attention, on execution.team() threads. Debian's multiplies with the BLAS that
/// update-alternatives has chosen; the plain reference BLAS makes it very slow.
void peer_torch(const Problem& problem, Answer& answer, const Execution& execution);
std::optional<std::string> torch_unsuited(const Problem& problem);

}  // namespace tandem::attention
