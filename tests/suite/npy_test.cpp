// Arrays from and to .npy files: what is read, and what is refused in a sentence.
#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <stdexcept>
#include <string>

#include "problems/support/npy.hpp"
#include "tests/support/command.hpp"

namespace tandem::problems {
namespace {

class Npy : public testing::Test {
 protected:
  /// A file of version 1, whose header is the given dictionary.
  std::filesystem::path file(const std::string& dictionary, const std::string& content) const {
    std::ofstream(path_, std::ios::binary)
        << "\x93NUMPY" << '\x01' << '\0' << static_cast<char>(dictionary.size()) << '\0' << dictionary << content;
    return path_;
  }
  static std::string described(const std::string& type, const std::string& shape, const std::string& order = "False") {
    return "{'descr': '" + type + "', 'fortran_order': " + order + ", 'shape': " + shape + ", }\n";
  }
  std::string refusal(const std::filesystem::path& file, NpyType type = NpyType::floats) const {
    try {
      read_npy(file, 6, type);
    } catch (const std::invalid_argument& sentence) {
      const std::string text = std::string(sentence.what()).substr(file.string().size() + 1);
      return text.substr(0, text.find(", at byte "));
    }
    return "accepted";
  }

  const test::TemporaryFolder folder_;
  const std::filesystem::path path_ = folder_.path() / "a.npy";
};

std::string bytes_of(double number) {
  std::string bytes(sizeof number, '\0');
  std::memcpy(bytes.data(), &number, sizeof number);
  return bytes;
}

TEST_F(Npy, ComesBackAsItWasWritten) {
  for (const std::vector<std::size_t>& axes : std::vector<std::vector<std::size_t>>{{}, {1}, {1, 1, 1}}) {
    write_npy(path_, axes, std::vector{2.5F});
    EXPECT_EQ(read_npy(path_, 1, NpyType::floats).axes, axes);
  }
  const std::vector<float> values{1, -2, 3e-30F, 4, 5, 6};
  write_npy(path_, std::vector<std::size_t>{2, 3}, values);
  const Array read = read_npy(path_, 6, NpyType::floats_or_doubles);
  EXPECT_EQ(read.axes, (std::vector<std::size_t>{2, 3}));
  EXPECT_EQ(read.values, values);
}

TEST_F(Npy, RoundsDoublesWhereTheyAreTaken) {
  const auto doubles = file(described("<f8", "(2,)"), bytes_of(0.1) + bytes_of(-7));
  EXPECT_EQ(read_npy(doubles, 2, NpyType::floats_or_doubles).values, (std::vector{0.1F, -7.0F}));
  EXPECT_EQ(refusal(doubles), "does not hold floats (<f4)");
}

TEST_F(Npy, IsRefusedInASentence) {
  EXPECT_EQ(refusal(file(described("<f4", "(1,)", "True"), "abcd")), "is in Fortran's order, not in C's");
  EXPECT_EQ(refusal(file(described("<i4", "(1,)"), "abcd")), "does not hold floats (<f4)");
  EXPECT_EQ(refusal(file(described(">f4", "(1,)"), "abcd"), NpyType::floats_or_doubles),
            "holds neither floats (<f4) nor doubles (<f8)");
  EXPECT_EQ(refusal(file(described("<f4", "(2,)"), "abcd")), "has another size than its header says");
  EXPECT_EQ(refusal(file(described("<f4", "(0,)"), "abcd")), "has another size than its header says");
  EXPECT_EQ(refusal(file(described("<f4", "(7,)"), "abcd")), "holds more than 6 numbers");
  EXPECT_EQ(refusal(file(described("<f4", "(4294967295, 4294967295, 4294967295)"), "")), "holds more than 6 numbers");
  EXPECT_EQ(refusal(file(described("<f4", "(-1,)"), "abcd")), "has a shape that is none");
  EXPECT_EQ(refusal(file(described("<f4", "(x)"), "abcd")), "has a shape that is none");
  EXPECT_EQ(refusal(file(described("<f4", "(1, "), "abcd")), "has no shape in its header");
  EXPECT_EQ(refusal(file("{'descr': '<f4'}", "abcd")), "is no .npy file: its header has no fortran_order");
  std::filesystem::resize_file(file(described("<f4", "(1,)"), "abcd"), 20);
  EXPECT_EQ(refusal(path_), "ends too early");
  std::ofstream(path_) << "a text";
  EXPECT_EQ(refusal(path_), "is no .npy file");
  std::filesystem::resize_file(path_, 1 << 20);
  EXPECT_EQ(refusal(path_), "has more than 65560 bytes");
}

}  // namespace
}  // namespace tandem::problems
