#include "benchmarks/suite/machine.hpp"

#include <fmt/format.h>
#include <omp.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string_view>

#if defined(__linux__)
#include <linux/perf_event.h>
#include <sys/syscall.h>
#endif
#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#endif

#include "benchmarks/suite/control_group.hpp"
#include "benchmarks/suite/topology.hpp"
#include "impl/support/parallel.hpp"
#include "tandem_build.hpp"
#include "tandem_revision.hpp"

namespace tandem::suite {
namespace {

int count_of(hwloc_topology_t topology, hwloc_obj_type_t type) {
  return std::max(hwloc_get_nbobjs_by_type(topology, type), 0);
}

/// Without the spaces that some processors fill their names with.
std::string processor_name(hwloc_topology_t topology) {
  const hwloc_obj_t package = hwloc_get_obj_by_type(topology, HWLOC_OBJ_PACKAGE, 0);
  const char* given = package ? hwloc_obj_get_info_by_name(package, "CPUModel") : nullptr;
  std::string name = given ? given : "unknown";
  name.erase(name.find_last_not_of(' ') + 1);
  return name;
}

std::vector<Cache> data_caches(hwloc_topology_t topology) {
  std::vector<Cache> caches;
  for (const hwloc_obj_type_t type :
       {HWLOC_OBJ_L1CACHE, HWLOC_OBJ_L2CACHE, HWLOC_OBJ_L3CACHE, HWLOC_OBJ_L4CACHE, HWLOC_OBJ_L5CACHE}) {
    const hwloc_obj_t first = hwloc_get_obj_by_type(topology, type, 0);
    if (!first) continue;
    caches.push_back(
        {.level = static_cast<int>(first->attr->cache.depth),
         .bytes = static_cast<double>(first->attr->cache.size),
         .shared_by = std::max(hwloc_get_nbobjs_inside_cpuset_by_type(topology, first->cpuset, HWLOC_OBJ_CORE), 1),
         .instances = count_of(topology, type)});
  }
  return caches;
}

std::string plural(int count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::optional<bool> under_hypervisor() {
#if defined(__x86_64__) || defined(__i386__)
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  if (__get_cpuid(1, &eax, &ebx, &ecx, &edx) == 0) return std::nullopt;
  return (ecx >> 31 & 1) != 0;
#else
  return std::nullopt;
#endif
}

std::string operating_system() {
  utsname kernel{};
  if (uname(&kernel) != 0) return "unknown";
  std::string distribution;
  std::ifstream release("/etc/os-release");
  for (std::string line; std::getline(release, line);) {
    constexpr std::string_view key = "PRETTY_NAME=";
    if (!line.starts_with(key)) continue;
    distribution = line.substr(key.size());
    std::erase(distribution, '"');
    distribution += ", ";
  }
  return fmt::format("{}{} {} {}", distribution, kernel.sysname, kernel.release, kernel.machine);
}

/// Whether this process may count its own instructions, found out by asking for it.
bool can_count_instructions() {
#if defined(__linux__)
  perf_event_attr attributes{};
  attributes.size = sizeof(attributes);
  attributes.type = PERF_TYPE_HARDWARE;
  attributes.config = PERF_COUNT_HW_INSTRUCTIONS;
  attributes.exclude_kernel = 1;
  attributes.exclude_hv = 1;
  const long descriptor = syscall(SYS_perf_event_open, &attributes, 0, -1, -1, 0);
  if (descriptor < 0) return false;
  close(static_cast<int>(descriptor));
  return true;
#else
  return false;
#endif
}

std::vector<std::pair<std::string, std::string>> relevant_environment() {
  constexpr std::array<std::string_view, 13> prefixes = {
      "OMP_",    "GOMP_",           "KMP_",      "TBB_", "HWLOC_",  "LD_PRELOAD=", "LD_BIND_NOW=",
      "MALLOC_", "GLIBC_TUNABLES=", "OPENBLAS_", "MKL_", "ONEDNN_", "DNNL_"};
  std::vector<std::pair<std::string, std::string>> found;
  for (char** entry = environ; entry && *entry; ++entry) {
    const std::string_view variable = *entry;
    if (std::ranges::none_of(prefixes, [&](std::string_view prefix) { return variable.starts_with(prefix); })) continue;
    const std::size_t equals = std::min(variable.find('='), variable.size());
    found.emplace_back(variable.substr(0, equals), variable.substr(std::min(equals + 1, variable.size())));
  }
  std::ranges::sort(found);
  return found;
}

Build this_build() {
  Build build{.compiler = TANDEM_COMPILER,
              .type = TANDEM_BUILD_TYPE,
              .flags = TANDEM_FLAGS,
              .git_revision = TANDEM_GIT_REVISION,
              .git_dirty = TANDEM_GIT_DIRTY,
              .libraries = {TANDEM_LIBRARIES}};
#ifdef _OPENMP
  build.libraries.emplace_back("OpenMP", std::to_string(_OPENMP));
#endif
  return build;
}

template <class T>
nlohmann::json or_null(const std::optional<T>& value) {
  return value ? nlohmann::json(*value) : nlohmann::json();
}

nlohmann::json as_object(const std::vector<std::pair<std::string, std::string>>& pairs) {
  nlohmann::json object = nlohmann::json::object();
  for (const auto& [name, value] : pairs) object[name] = value;
  return object;
}

}  // namespace

int MachineCard::threads_that_fit() const {
  const int paid_for = static_cast<int>(std::min(core_quota.value_or(cores), 1.0 * cores));
  return std::max(paid_for, 1);
}

Execution all_cores() {
  static const int threads = openmp_team(read_machine_card().threads_that_fit());
  return {.threads = threads, .scheduler = Scheduler::openmp};
}

MachineCard read_machine_card() {
  const Topology owner = read_topology();
  const hwloc_topology_t topology = owner.get();
  MachineCard card;
  card.processor = processor_name(topology);
  card.logical_cores = std::clamp(count_of(topology, HWLOC_OBJ_PU), 1, omp_get_num_procs());
  const int cores = count_of(topology, HWLOC_OBJ_CORE);
  card.cores = cores > 0 ? std::min(cores, card.logical_cores) : card.logical_cores;
  card.topology = fmt::format("{}, {}, {}, {}", plural(std::max(count_of(topology, HWLOC_OBJ_PACKAGE), 1), "package"),
                              plural(std::max(count_of(topology, HWLOC_OBJ_NUMANODE), 1), "NUMA node"),
                              plural(card.cores, "core"), plural(card.logical_cores, "hardware thread"));
  card.caches = data_caches(topology);
  // hwloc's own figure misses memory that a virtual machine was given after it started.
  card.memory_bytes = static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGESIZE));
  const ControlGroupLimits limits = read_control_group_limits();
  card.core_quota = limits.cores;
  card.memory_limit_bytes = limits.memory_bytes;
  card.memory_bytes = std::min(card.memory_bytes, limits.memory_bytes.value_or(card.memory_bytes));
  card.hypervisor = under_hypervisor();
  card.operating_system = operating_system();
  card.counters_available = can_count_instructions();
  card.targets = simd_targets();
  card.chosen_target = chosen_simd_target().name;
  card.build = this_build();
  card.environment = relevant_environment();
  return card;
}

void to_json(nlohmann::json& json, const MachineCard& card) {
  nlohmann::json caches = nlohmann::json::array();
  for (const Cache& cache : card.caches) {
    caches.push_back({{"level", cache.level},
                      {"bytes", cache.bytes > 0 ? nlohmann::json(cache.bytes) : nlohmann::json()},
                      {"shared_by", cache.shared_by},
                      {"instances", cache.instances}});
  }
  nlohmann::json targets = nlohmann::json::array();
  for (const SimdTarget& target : card.targets) {
    targets.push_back({{"name", target.name}, {"portable", target.portable}});
  }
  json = {{"processor", card.processor},
          {"cores", card.cores},
          {"logical_cores", card.logical_cores},
          {"core_quota", or_null(card.core_quota)},
          {"topology", card.topology},
          {"caches", std::move(caches)},
          {"memory_bytes", card.memory_bytes},
          {"memory_limit_bytes", or_null(card.memory_limit_bytes)},
          {"hypervisor", or_null(card.hypervisor)},
          {"operating_system", card.operating_system},
          {"counters_available", card.counters_available},
          {"targets", std::move(targets)},
          {"chosen_target", card.chosen_target},
          {"compiler", card.build.compiler},
          {"build_type", card.build.type},
          {"flags", card.build.flags},
          {"git_revision", card.build.git_revision},
          {"git_dirty", card.build.git_dirty},
          {"libraries", as_object(card.build.libraries)},
          {"environment", as_object(card.environment)}};
}

}  // namespace tandem::suite
