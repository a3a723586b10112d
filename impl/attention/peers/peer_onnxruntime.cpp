// ONNX Runtime's C++ interface is headers over a table of functions, which is fetched by hand here: linked, the library
// would be loaded with every start of the program.
#define ORT_API_MANUAL_INIT
#include <dlfcn.h>
#include <fcntl.h>
#include <onnxruntime_cxx_api.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "impl/attention/peers/onnx_model.hpp"
#include "impl/attention/peers/peers.hpp"

namespace tandem::attention {
namespace {

/// Opens the library of the version that the headers are of, and never closes it: its threads may outlive its users.
/// It lives in a namespace of its own: it needs libprotobuf, and SentencePiece's library, to which the program is
/// linked, exports a protobuf of another version, which would take the calls.
void open_library() {
  const std::string name = "libonnxruntime.so.1." + std::to_string(ORT_API_VERSION);
  void* const library = dlmopen(LM_ID_NEWLM, name.c_str(), RTLD_NOW);
  if (library == nullptr) throw std::runtime_error(std::string("ONNX Runtime cannot be opened: ") + dlerror());
  const auto base = reinterpret_cast<const OrtApiBase* (*)()>(dlsym(library, "OrtGetApiBase"));
  const OrtApi* const api = base == nullptr ? nullptr : base()->GetApi(ORT_API_VERSION);
  if (api == nullptr) throw std::runtime_error(name + " has another interface than its headers say");
  Ort::InitApi(api);
}

/// Sends what is written to the standard error output nowhere, while the object lives.
class NoErrors {
 public:
  NoErrors() : kept_(dup(STDERR_FILENO)) {
    const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    dup2(nowhere, STDERR_FILENO);
    close(nowhere);
  }
  ~NoErrors() {
    dup2(kept_, STDERR_FILENO);
    close(kept_);
  }
  NoErrors(const NoErrors&) = delete;
  NoErrors& operator=(const NoErrors&) = delete;

 private:
  int kept_;
};

const Ort::Env& environment() {
  static const Ort::Env opened = [] {
    open_library();
    return Ort::Env(ORT_LOGGING_LEVEL_ERROR);
  }();
  return opened;
}

Ort::Session session_for(const std::string& model, int threads) {
  const NoErrors quiet;  // Debian 13's registers what ONNX has registered already, and complains 500 times
  const Ort::Env& opened = environment();  // before anything else of its interface
  Ort::SessionOptions options;
  options.SetIntraOpNumThreads(threads);
  // Or its threads would take the processor from the row that comes next.
  options.AddConfigEntry("session.intra_op.allow_spinning", "0");
  return {opened, model.data(), model.size(), options};
}

/// The session of a model and a number of threads, made once in each thread that asks.
Ort::Session& kept_session(const std::string& model, int threads) {
  thread_local std::map<std::pair<std::string, int>, Ort::Session> sessions;
  const std::pair key(model, threads);
  const auto found = sessions.find(key);
  if (found != sessions.end()) return found->second;
  if (sessions.size() >= 8) sessions.clear();
  return sessions.emplace(key, session_for(model, threads)).first->second;
}

/// It takes no pointers to const, though it does not write to inputs.
template <class Number>
Ort::Value view(const std::vector<Number>& numbers, const std::vector<std::int64_t>& axes) {
  static const Ort::MemoryInfo memory = Ort::MemoryInfo::CreateCpu(OrtDeviceAllocator, OrtMemTypeDefault);
  return Ort::Value::CreateTensor<Number>(memory, const_cast<Number*>(numbers.data()), numbers.size(), axes.data(),
                                          axes.size());
}

void run(const Problem& problem, bool own_place_counts, Answer& answer, int threads) {
  Ort::Session& session = kept_session(onnx_model(problem, own_place_counts), threads);
  const auto heads = static_cast<std::int64_t>(problem.shape.heads);
  const auto queries = static_cast<std::int64_t>(problem.shape.queries);
  const auto keys = static_cast<std::int64_t>(problem.shape.keys);
  const auto width = static_cast<std::int64_t>(problem.shape.width);
  const std::vector<std::int32_t> last(problem.shape.heads, static_cast<std::int32_t>(keys - 1));
  const std::vector<std::int32_t> total = {static_cast<std::int32_t>(keys)};
  const std::array<Ort::Value, 5> inputs = {
      view(problem.queries, {heads, queries, width}), view(problem.keys, {heads, keys, width}),
      view(problem.values, {heads, keys, width}), view(last, {heads}), view(total, {1})};
  constexpr std::array names = {"Q", "K", "V", "last", "total"};
  const std::size_t count = onnx_operator(problem) == OnnxOperator::group_query ? 5 : 3;
  const char* const output_name = "O";
  Ort::Value output = view(answer.output, {heads, queries, width});
  session.Run(Ort::RunOptions(), names.data(), inputs.data(), count, &output_name, &output, 1);
}

/// Asks the library whether a window of two holds a query's own place: the last mean of 0, 1, ..., 7 is that of 6 and
/// 7, or of 5, too.
bool own_place_counts() {
  constexpr std::size_t n = 8;
  Problem problem;
  problem.shape = {.heads = 1, .key_heads = 1, .queries = n, .keys = n, .width = n};
  problem.mask = {.causal = true, .window = 2};
  problem.queries = problem.keys = std::vector<float>(n * n, 0);
  for (std::size_t i = 0; i < n * n; ++i) problem.values.push_back(static_cast<float>(i / n));
  Answer answer{std::vector<float>(n * n), {}};
  run(problem, true, answer, 1);
  return answer.output.back() > 6.25F;
}

}  // namespace

void peer_onnxruntime(const Problem& problem, Answer& answer, const Execution& execution) {
  require_valid(problem, answer);
  if (const auto reason = onnx_unsuited(problem)) throw std::invalid_argument("not raced: " + *reason);
  static const bool own_place = own_place_counts();
  run(problem, own_place, answer, execution.team());
}

}  // namespace tandem::attention
