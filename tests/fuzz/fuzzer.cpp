// Any of the libFuzzer targets: the header tests/fuzz/<name>.hpp says what is done with some bytes. With Clang:
//   cmake --preset fuzz && cmake --build --preset fuzz --target npy_fuzz
//   mkdir -p build/fuzz/found/npy  # takes what is new
//   build/fuzz/tests/npy_fuzz -max_total_time=60 build/fuzz/found/npy tests/fuzz/npy_corpus
#include TANDEM_FUZZ_HEADER

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  tandem::fuzz::TANDEM_FUZZ_FUNCTION({reinterpret_cast<const char*>(data), size});
  return 0;
}
