// Limits of containers and batch jobs, read from folders made for it.
#include "benchmarks/suite/control_group.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "benchmarks/suite/machine.hpp"
#include "tests/support/command.hpp"

namespace tandem::suite {
namespace {

class ControlGroup : public testing::Test {
 protected:
  void write(const std::string& path, const std::string& text) const {
    const std::filesystem::path file = folder_.path() / path;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text << "\n";
  }
  ControlGroupLimits limits() const { return read_control_group_limits(folder_.path()); }

 private:
  test::TemporaryFolder folder_;
};

TEST_F(ControlGroup, WithoutOneThereIsNoLimit) {
  EXPECT_FALSE(limits().cores);
  EXPECT_FALSE(limits().memory_bytes);
  write("proc/self/cgroup", "0::/\n\nnonsense");
  write("sys/fs/cgroup/cpu.max", "max 100000");
  write("sys/fs/cgroup/memory.max", "max");
  EXPECT_FALSE(limits().cores);
  EXPECT_FALSE(limits().memory_bytes);
}

TEST_F(ControlGroup, OfVersionTwoTheStrictestLevelCounts) {
  write("proc/self/cgroup", "0::/jobs.slice/job7");
  write("sys/fs/cgroup/jobs.slice/cpu.max", "150000 100000");
  write("sys/fs/cgroup/jobs.slice/job7/cpu.max", "400000 100000");
  write("sys/fs/cgroup/jobs.slice/memory.max", "max");
  write("sys/fs/cgroup/jobs.slice/job7/memory.max", "2147483648");
  EXPECT_EQ(limits().cores, 1.5);
  EXPECT_EQ(limits().memory_bytes, 2147483648.0);
}

TEST_F(ControlGroup, OfVersionOneEachControllerHasItsOwnPath) {
  write("proc/self/cgroup", "4:memory:/box\n3:cpuset:/\n2:cpu,cpuacct:/box/inner\n0::/");
  write("sys/fs/cgroup/cpu/box/inner/cpu.cfs_quota_us", "50000");
  write("sys/fs/cgroup/cpu/box/inner/cpu.cfs_period_us", "100000");
  write("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1");
  write("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000");
  write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712");
  EXPECT_EQ(limits().cores, 0.5);
  EXPECT_FALSE(limits().memory_bytes);
  write("sys/fs/cgroup/memory/box/memory.limit_in_bytes", "1073741824");
  EXPECT_EQ(limits().memory_bytes, 1073741824.0);
}

TEST_F(ControlGroup, OfAContainerTheMountIsTheGroup) {
  write("proc/self/cgroup", "0::/system.slice/docker-of-the-host");
  write("sys/fs/cgroup/cpu.max", "200000 100000");
  EXPECT_EQ(limits().cores, 2);
}

TEST(ThreadsThatFit, AreCoresButNoMoreThanTheQuotaPaysFor) {
  MachineCard card;
  card.cores = 8;
  EXPECT_EQ(card.threads_that_fit(), 8);
  for (const auto& [quota, threads] : {std::pair{16.0, 8}, {8.0, 8}, {3.9, 3}, {1.0, 1}, {0.2, 1}}) {
    card.core_quota = quota;
    EXPECT_EQ(card.threads_that_fit(), threads) << quota;
  }
}

}  // namespace
}  // namespace tandem::suite
