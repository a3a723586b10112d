// A libFuzzer target for the readers of vocabularies and the tokenisers. With Clang:
//   cmake --preset fuzz && cmake --build --preset fuzz --target unigram_fuzz
//   mkdir -p build/fuzz/found  # takes what is new
//   build/fuzz/tests/unigram_fuzz -max_total_time=60 build/fuzz/found tests/fuzz/unigram_corpus
#include "tests/fuzz/unigram.hpp"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  tandem::unigram::try_bytes({reinterpret_cast<const char*>(data), size});
  return 0;
}
