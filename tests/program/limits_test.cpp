// The program where it may use less than the machine has: bound to one core, with fewer OpenMP threads than it asks
// for.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>

#include <nlohmann/json.hpp>
#include <string>

#include "benchmarks/suite/machine.hpp"
#include "tests/support/command.hpp"

namespace tandem::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;

/// What the program prints when it is started by `before`: env with variables, taskset.
json output_of(const std::string& before, const std::string& arguments) {
  const Result result = run("/usr/bin/env", before + " '" TANDEM_PROGRAM "' " + arguments);
  EXPECT_EQ(result.status, 0) << before << ": " << result.errors;
  return json::parse(result.output);
}

std::string first_core() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  EXPECT_EQ(sched_getaffinity(0, sizeof(allowed), &allowed), 0);
  int core = 0;
  while (!CPU_ISSET(core, &allowed)) ++core;
  return std::to_string(core);
}

TEST(Affinity, IsWhatTheCardShows) {
  const json machine = output_of("taskset -c " + first_core(), "machine --quick --json").at("machine");
  EXPECT_EQ(machine.at("cores"), 1);
  EXPECT_EQ(machine.at("logical_cores"), 1);
  EXPECT_THAT(machine.at("topology").get<std::string>(), HasSubstr("1 core, 1 hardware thread"));
}

TEST(Affinity, OfOpenMpsFirstThreadIsNotTheProcess) {
  const json machine = output_of("OMP_PROC_BIND=true", "machine --quick --json").at("machine");
  EXPECT_EQ(machine.at("cores"), suite::read_machine_card().cores);
}

TEST(OpenMpThreads, AreNeverFewerThanARowSays) {
  const std::string arguments = "check '^ab_plus_c_batch/across_n_simd(_omp|_tbb)?/24_bits' --threads 1,2,3 --json";
  const json limited = output_of("OMP_THREAD_LIMIT=2", arguments).at("checks");
  EXPECT_EQ(limited.size(), 7U);
  for (const json& check : limited) {
    const bool possible = check.at("variant") != "across_n_simd_omp" || check.at("threads") < 3;
    EXPECT_EQ(check.at("ran"), possible) << check;
    EXPECT_TRUE(check.at("agrees")) << check;
    EXPECT_EQ(check.at("message").get<std::string>().find("OMP_THREAD_LIMIT") == std::string::npos, possible) << check;
  }
  const json dynamic = output_of("OMP_DYNAMIC=true", arguments).at("checks");
  EXPECT_EQ(dynamic.size(), 7U);
  for (const json& check : dynamic) EXPECT_TRUE(check.at("ran")) << check;
}

TEST(OpenMpThreads, ThatAreMissingLeaveNoTime) {
  const TemporaryFolder folder;
  const std::string out = (folder.path() / "results.json").string();
  const std::string arguments = " bench '^ab_plus_c_batch/across_n_simd_(omp|tbb)/24_bits' --out '" + out + "'";
  const Result result = run("/usr/bin/env", "OMP_THREAD_LIMIT=1 '" TANDEM_PROGRAM "'" + arguments);
  ASSERT_EQ(result.status, 0) << result.errors;
  int rows = 0;
  const json results = json::parse(read_file(out));
  for (const json& row : results.at("benchmarks")) {
    const json& extras = row.at("tandem");
    if (extras.at("variant") != "across_n_simd_omp") continue;
    ++rows;
    EXPECT_EQ(extras.at("status"), row.at("threads") == 1 ? "timed" : "left out") << row;
  }
  EXPECT_GE(rows, 1);
}

}  // namespace
}  // namespace tandem::test
