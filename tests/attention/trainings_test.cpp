// The trainings behind attention's claims, through the program: one that was interrupted goes on to the same table, and
// nothing but plan, text and seed decides a model.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "tests/support/command.hpp"

namespace tandem {
namespace {

namespace fs = std::filesystem;

class AttentionTrainings : public testing::Test {
 protected:
  AttentionTrainings() {
    fs::create_directories(folder.path() / "data");
    std::ofstream text(folder.path() / "data" / "kjv.txt");
    for (int i = 0; i < 1500; ++i) text << "and the " << i * i % 17 << " sons of the house went out\n";
  }

  /// The small version of claim B7a, with its records in a folder of that name.
  test::Result reproduce(const std::string& name, const std::string& before = "") const {
    const std::string environment = "TANDEM_DATA='" + (folder.path() / "data").string() + "' TANDEM_TRAININGS='" +
                                    (folder.path() / name).string() + "' ";
    return test::run("/usr/bin/env", environment + before + " '" TANDEM_PROGRAM "' reproduce 'attention/B7a$'");
  }

  fs::path records(const std::string& name) const { return folder.path() / name / "quick"; }
  std::string read(const std::string& name, const std::string& file) const {
    return test::read_file(records(name) / file);
  }
  /// A record without the time that it took.
  std::string numbers(const std::string& name, const std::string& file) const {
    const std::string all = read(name, file);
    return all.substr(0, all.find("\"seconds\""));
  }

  const test::TemporaryFolder folder;
};

TEST_F(AttentionTrainings, AHalfFinishedRunGoesOnToTheSameTable) {
  const test::Result whole = reproduce("whole");
  ASSERT_EQ(whole.status, 0) << whole.errors;
  EXPECT_THAT(whole.output, testing::HasSubstr("a smaller version that decides nothing"));
  EXPECT_THAT(whole.output, testing::HasSubstr("undecided"));
  for (const char* name : {"none-0", "none-3", "untied-0", "untied-3"}) {
    ASSERT_TRUE(fs::exists(records("whole") / (std::string(name) + ".json"))) << name;
  }
  EXPECT_NE(numbers("whole", "none-0.json"), numbers("whole", "none-1.json"));
  EXPECT_THAT(read("whole", "table.md"), testing::HasSubstr("Trained on:\n\n- 8 models: "))
      << "by one processor and one revision";

  fs::create_directories(records("half"));
  for (const char* name : {"none-0.json", "untied-0.json", "none-1.json"}) {
    fs::copy_file(records("whole") / name, records("half") / name);
  }
  const std::string cut = read("whole", "untied-2.json");
  std::ofstream(records("half") / "untied-2.json") << cut.substr(0, cut.size() / 2);
  std::string other = read("whole", "none-2.json");  // of another plan, were there one
  const std::size_t steps = other.find("100 steps");
  ASSERT_NE(steps, std::string::npos);
  std::ofstream(records("half") / "none-2.json") << other.replace(steps, 3, "101");

  const test::Result half = reproduce("half", "OMP_NUM_THREADS=1 OMP_THREAD_LIMIT=1");
  const auto figures = [](const std::string& output) {
    const std::size_t begin = output.find("a smaller version");
    return output.substr(begin, output.find('\n', begin) - begin);
  };
  EXPECT_EQ(figures(half.output), figures(whole.output));
  EXPECT_EQ(read("half", "none-0.json"), read("whole", "none-0.json")) << "what is there is not trained again";
  EXPECT_EQ(read("half", "table.md"), read("whole", "table.md"));
  for (const char* name : {"none-2.json", "untied-2.json", "untied-3.json"}) {
    EXPECT_EQ(numbers("half", name), numbers("whole", name)) << name;
  }
}

TEST_F(AttentionTrainings, WithoutTheTextThereIsNoVerdict) {
  fs::remove(folder.path() / "data" / "kjv.txt");
  EXPECT_THAT(reproduce("none").output, testing::HasSubstr("the King James Bible is not there"));
}

}  // namespace
}  // namespace tandem
