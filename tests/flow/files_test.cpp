// Points from files: what is read, and what is refused in a sentence.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

#include "problems/flow/files.hpp"

namespace tandem::flow {
namespace {

class Files : public testing::Test {
 protected:
  std::filesystem::path write(const std::string& name, const std::string& content) const {
    std::ofstream(folder_ / name, std::ios::binary) << content;
    return folder_ / name;
  }
  std::string refusal(const std::filesystem::path& file, std::size_t most = 1000) const {
    try {
      read_points(file, most);
    } catch (const std::invalid_argument& sentence) {
      std::string text = sentence.what();
      const std::string prefix = folder_.string() + "/";
      for (std::size_t at; (at = text.find(prefix)) != std::string::npos;) text.erase(at, prefix.size());
      return text;
    }
    return "accepted";
  }
  void SetUp() override { std::filesystem::create_directories(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  const std::filesystem::path folder_ =
      std::filesystem::path(testing::TempDir()) /
      (std::string("tandem_flow_files_") + testing::UnitTest::GetInstance()->current_test_info()->name());
};

TEST_F(Files, ComeBackAsTheyWereWritten) {
  const Points<float> points{3, {1, 2, 3, -4, 5.5F, 1e-20F}};
  write_npy(folder_ / "a.npy", points);
  const Points<float> read = read_points(folder_ / "a.npy", 6);
  EXPECT_EQ(read.dimension, 3U);
  EXPECT_EQ(read.values, points.values);
}

TEST_F(Files, MayHaveAHeading) {
  const auto file = write("a.csv", "x,y\n1, 2\r\n-3.5,+4e1\n\n");
  const Points<float> read = read_points(file, 10);
  EXPECT_EQ(read.dimension, 2U);
  EXPECT_THAT(read.values, testing::ElementsAre(1, 2, -3.5F, 40));
  EXPECT_THAT(read_csv(file, 10, 1).values, testing::ElementsAre(1, -3.5F));
}

TEST_F(Files, MayBeginWithAByteOrderMark) {
  const Points<float> read = read_points(write("a.csv",
                                               "\xEF\xBB\xBF"
                                               "1,2\r\n3,4\r\n"),
                                         10);
  EXPECT_THAT(read.values, testing::ElementsAre(1, 2, 3, 4)) << "the first line is no heading";
  EXPECT_EQ(refusal(write("b.csv",
                          "\xFF\xFE"
                          "1,2")),
            "b.csv is UTF-16: save it as UTF-8");
}

TEST_F(Files, AreRefusedInASentence) {
  EXPECT_EQ(refusal(folder_ / "none.csv"), "none.csv cannot be read: No such file or directory");
  EXPECT_EQ(refusal(folder_ / "a.txt"), "a.txt ends neither in .npy nor in .csv");
  EXPECT_EQ(refusal(write("a.csv", "")), "a.csv holds no points");
  EXPECT_EQ(refusal(write("b.csv", "1,2\n3\n")), "b.csv has 1 numbers in line 2, but 2 before");
  EXPECT_EQ(refusal(write("c.csv", "1,2\n3,nan\n")), "c.csv has 'nan' in line 2, which is no finite number");
  EXPECT_EQ(refusal(write("d.csv", "1,2\n3,x\n")), "d.csv has 'x' in line 2, which is no finite number");
  EXPECT_EQ(refusal(write("e.csv", "1\n2\n3\n"), 2), "e.csv holds more than 2 numbers");
  EXPECT_EQ(refusal(write("a.npy", "abc")), "a.npy is no .npy file, at byte 0");
  write_npy(folder_ / "b.npy", {1, {1, 2}});
  std::filesystem::resize_file(folder_ / "b.npy", std::filesystem::file_size(folder_ / "b.npy") - 1);
  EXPECT_EQ(refusal(folder_ / "b.npy"), "b.npy has another size than its header says, at byte 128");
  write_npy(folder_ / "c.npy", {1, {1, NAN}});
  EXPECT_EQ(refusal(folder_ / "c.npy"), "coordinate 0 of point 1 of the points of c.npy is no finite number");
  write_npy(folder_ / "d.npy", {2, {}});
  EXPECT_EQ(refusal(folder_ / "d.npy"), "d.npy holds no points");
}

}  // namespace
}  // namespace tandem::flow
