// The machine card, the SIMD targets, the clock and the noise.
#include "benchmarks/suite/machine.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "benchmarks/suite/machine_text.hpp"
#include "benchmarks/suite/noise.hpp"
#include "benchmarks/suite/simd_target.hpp"
#include "tests/support/command.hpp"
#include "tests/support/json_keys.hpp"
#include "tests/support/small_machine.hpp"

namespace tandem::suite {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;

TEST(MachineCard, DescribesThisMachine) {
  const MachineCard card = read_machine_card();
  EXPECT_GE(card.cores, 1);
  EXPECT_GE(card.logical_cores, card.cores);
  EXPECT_GT(card.memory_bytes, 1e7);
  EXPECT_FALSE(card.processor.empty() || card.processor.ends_with(' ')) << "'" << card.processor << "'";
  EXPECT_FALSE(card.operating_system.empty());
  EXPECT_FALSE(card.build.compiler.empty());
  EXPECT_FALSE(card.build.git_revision.empty());
  for (std::size_t i = 0; i < card.caches.size(); ++i) {
    EXPECT_GE(card.caches[i].instances, 1);
    EXPECT_GE(card.caches[i].shared_by, 1);
    EXPECT_TRUE(card.caches[i].bytes == 0 || card.caches[i].bytes >= card.caches.front().bytes);
  }
  EXPECT_TRUE(std::ranges::any_of(card.targets, [&](const auto& target) { return target.name == card.chosen_target; }));
}

TEST(MachineCard, ListsTheEnvironmentThatMatters) {
  setenv("OMP_TANDEM_TEST", "a=b", 1);
  setenv("TANDEM_UNRELATED", "1", 1);
  const auto environment = read_machine_card().environment;
  unsetenv("OMP_TANDEM_TEST");
  unsetenv("TANDEM_UNRELATED");
  EXPECT_THAT(environment, ::testing::Contains(::testing::Pair("OMP_TANDEM_TEST", "a=b")));
  EXPECT_THAT(environment, ::testing::Not(::testing::Contains(::testing::Pair("TANDEM_UNRELATED", "1"))));
}

TEST(MachineCard, DoesNotKnowTheSizeOfACacheOfSizeZero) {
  // What a kernel of one processor says of it, with sizes for the first level alone.
  const test::TemporaryFolder root;
  const auto says = [&](const std::string& file, const std::string& text) {
    const auto path = root.path() / "sys/devices/system/cpu" / file;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text << "\n";
  };
  says("online", "0");
  for (const char* siblings : {"core_siblings", "thread_siblings"}) says(std::string("cpu0/topology/") + siblings, "1");
  for (const int level : {1, 2, 3}) {
    const std::string cache = fmt::format("cpu0/cache/index{}/", level - 1);
    says(cache + "level", std::to_string(level));
    says(cache + "type", level == 1 ? "Data" : "Unified");
    says(cache + "shared_cpu_map", "1");
    says(cache + "size", level == 1 ? "64K" : "0K");
  }
  setenv("HWLOC_FSROOT", root.path().c_str(), 1);
  setenv("HWLOC_COMPONENTS", "-x86", 1);
  const MachineCard card = read_machine_card();
  unsetenv("HWLOC_FSROOT");
  unsetenv("HWLOC_COMPONENTS");
  ASSERT_EQ(card.caches.size(), 3U);
  EXPECT_EQ(card.caches[0].bytes, 65536);
  EXPECT_EQ(card.caches[1].bytes, 0);
  EXPECT_EQ(card.caches[2].bytes, 0);
  EXPECT_THAT(to_text(card), HasSubstr("L1 64 KiB per core, L2 of unknown size per core, L3 of unknown size"));
  const nlohmann::json json = card;
  EXPECT_TRUE(json["caches"][2]["bytes"].is_null());
}

TEST(MachineCard, HasEveryFieldInJson) {
  const nlohmann::json json = read_machine_card();
  EXPECT_THAT(keys(json),
              IsSupersetOf({"processor", "cores", "logical_cores", "topology", "caches", "memory_bytes", "hypervisor",
                            "operating_system", "counters_available", "targets", "chosen_target", "compiler",
                            "build_type", "flags", "git_revision", "git_dirty", "libraries", "environment"}));
  EXPECT_TRUE(json["libraries"].is_object());
  EXPECT_TRUE(json["environment"].is_object());
}

#if defined(__linux__) && defined(__x86_64__)
TEST(MachineCard, KnowsAHypervisorAsTheKernelDoes) {
  const std::string processors = test::read_file("/proc/cpuinfo");
  if (processors.find("\nflags") == std::string::npos) GTEST_SKIP() << "this kernel tells no flags";
  const std::optional<bool> found = read_machine_card().hypervisor;
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(*found, processors.find(" hypervisor") != std::string::npos);
}
#endif

// Counters are asked for with a file descriptor: where none is left, there are no counters, whatever the machine.
TEST(MachineCard, HasNoCountersThatItCannotOpen) {
  rlimit files{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &files), 0);
  const rlimit none{.rlim_cur = 0, .rlim_max = files.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  const bool available = read_machine_card().counters_available;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &files), 0);
  EXPECT_FALSE(available);
}

TEST(SimdTargets, PinningHoldsAndEnds) {
  const auto targets = simd_targets();
  ASSERT_FALSE(targets.empty());
  const std::string before = chosen_simd_target().name;
  EXPECT_EQ(before, targets.front().name);
  for (const SimdTarget& target : targets) {
    const PinnedSimdTarget pinned(target.id);
    EXPECT_EQ(chosen_simd_target().name, target.name);
    EXPECT_EQ(simd_targets().size(), targets.size()) << "the list does not depend on what is pinned";
    for (const SimdTarget& inner : targets) {
      { const PinnedSimdTarget nested(inner.id); }
      EXPECT_EQ(chosen_simd_target().name, target.name);
    }
  }
  EXPECT_EQ(chosen_simd_target().name, before);
  EXPECT_THROW(PinnedSimdTarget(0), std::invalid_argument);
  EXPECT_EQ(simd_target_named("scalar").id, targets.back().id) << "scalar is the least one of every Highway";
}

TEST(Timer, HasACostAndAResolution) {
  const Timer timer = measure_timer();
  EXPECT_GT(timer.call_seconds, 0);
  EXPECT_LT(timer.call_seconds, 1e-4);
  EXPECT_GT(timer.resolution_seconds, 0);
  EXPECT_LT(timer.resolution_seconds, 1e-2);
}

TEST(Noise, IsARateAndAWidth) {
  const Noise noise = measure_noise(2);
  EXPECT_EQ(noise.races, 2);
  EXPECT_EQ(noise.rounds, 52u);
  EXPECT_GE(noise.false_alarm_rate, 0);
  EXPECT_LE(noise.false_alarm_rate, 1);
  EXPECT_GE(noise.smallest_change, 0);
  EXPECT_TRUE(std::isfinite(noise.smallest_change));
  EXPECT_THAT(keys(nlohmann::json(noise)), IsSupersetOf({"races", "rounds", "false_alarm_rate", "smallest_change"}));
  EXPECT_THROW(measure_noise(0), std::invalid_argument);
}

TEST(MachineText, SaysWhatIsMissingAndWhatIsSuspect) {
  MachineCard card = read_machine_card();
  card.counters_available = false;
  EXPECT_THAT(to_text(card),
              AllOf(HasSubstr(card.processor), HasSubstr("no hardware counters"), HasSubstr("(chosen)")));

  std::vector<Peaks> peaks{small_peaks(1, 1), small_peaks(4, 3)};
  EXPECT_THAT(to_text(peaks), AllOf(HasSubstr("16.0"), HasSubstr("100/50/50"), HasSubstr("10/8/6")));
  EXPECT_THAT(to_text(peaks), ::testing::Not(HasSubstr("trusted")));
  peaks[1].fma_float *= 0.6;
  EXPECT_THAT(to_text(peaks), HasSubstr("trusted"));
}

}  // namespace
}  // namespace tandem::suite
