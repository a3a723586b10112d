// The corpora of the fuzzers, as they are and with bytes changed at random: what runs without Clang.
#include <gtest/gtest.h>

#include <filesystem>

#include "impl/support/random.hpp"
#include "tests/fuzz/checkpoint.hpp"
#include "tests/fuzz/csv.hpp"
#include "tests/fuzz/gate.hpp"
#include "tests/fuzz/history.hpp"
#include "tests/fuzz/model.hpp"
#include "tests/fuzz/npy.hpp"
#include "tests/fuzz/results.hpp"
#include "tests/fuzz/tensor.hpp"
#include "tests/fuzz/tokenizer.hpp"
#include "tests/fuzz/unigram.hpp"
#include "tests/support/command.hpp"

namespace tandem::fuzz {
namespace {

struct Fuzzer {
  std::string name;
  bool (*try_bytes)(std::string_view bytes);
};

class Corpus : public testing::TestWithParam<Fuzzer> {};

/// Up to four bytes are others, or gone.
std::string changed(std::string bytes, std::uint64_t file, std::uint64_t change) {
  for (std::uint64_t i = 0; i <= change % 4 && !bytes.empty(); ++i) {
    const std::size_t at = random_bits(file, change, 2 * i) % bytes.size();
    const std::uint64_t value = random_bits(file, change, 2 * i + 1);
    if (value % 5 == 0) {
      bytes.erase(at, 1 + value / 5 % 4);
    } else {
      bytes[at] = static_cast<char>(value >> 8);
    }
  }
  return bytes;
}

TEST_P(Corpus, IsReadOrRefused) {
  std::size_t files = 0;
  std::size_t accepted = 0;
  const std::string folder = TANDEM_SOURCE_FOLDER "/tests/fuzz/" + GetParam().name + "_corpus";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string bytes = test::read_file(entry.path());
    accepted += GetParam().try_bytes(bytes) ? 1 : 0;
    for (std::uint64_t change = 0; change < 100; ++change) GetParam().try_bytes(changed(bytes, files, change));
    ++files;
  }
  EXPECT_GE(accepted, 1U);
  EXPECT_GT(files, accepted) << "what is refused belongs to a corpus, too";
}

INSTANTIATE_TEST_SUITE_P(All, Corpus,
                         testing::Values(Fuzzer{"checkpoint", try_checkpoint}, Fuzzer{"csv", try_csv},
                                         Fuzzer{"gate", try_gate}, Fuzzer{"history", try_history},
                                         Fuzzer{"model", try_model}, Fuzzer{"npy", try_npy},
                                         Fuzzer{"results", try_results}, Fuzzer{"tensor", try_tensor},
                                         Fuzzer{"tokenizer", try_tokenizer}, Fuzzer{"unigram", try_unigram}),
                         [](const auto& fuzzer) { return fuzzer.param.name; });

}  // namespace
}  // namespace tandem::fuzz
