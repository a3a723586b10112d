// The corpus of the fuzzer (tests/fuzz/unigram.cpp), as it is and with bytes changed at random: what runs without
// Clang.
#include <gtest/gtest.h>

#include <filesystem>

#include "impl/support/random.hpp"
#include "tests/fuzz/unigram.hpp"
#include "tests/support/command.hpp"

namespace tandem::unigram {
namespace {

TEST(UnigramCorpus, IsReadOrRefused) {
  std::size_t files = 0;
  std::size_t accepted = 0;
  for (const auto& entry : std::filesystem::directory_iterator(TANDEM_SOURCE_FOLDER "/tests/fuzz/unigram_corpus")) {
    const std::string bytes = test::read_file(entry.path());
    accepted += try_bytes(bytes) ? 1 : 0;
    for (std::uint64_t change = 0; change < 100 && !bytes.empty(); ++change) {
      std::string changed = bytes;
      for (std::uint64_t i = 0; i <= change % 4; ++i) {
        const std::size_t at = random_bits(files, change, 2 * i) % changed.size();
        const std::uint64_t value = random_bits(files, change, 2 * i + 1);
        if (value % 5 == 0) {
          changed.erase(at, 1 + value / 5 % 4);
          if (changed.empty()) break;
        } else {
          changed[at] = static_cast<char>(value >> 8);
        }
      }
      try_bytes(changed);
    }
    ++files;
  }
  EXPECT_GE(files, 8U);
  EXPECT_GE(accepted, 4U);
}

}  // namespace
}  // namespace tandem::unigram
