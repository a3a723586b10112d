// hwloc's picture of the machine, with an owner.
#pragma once

#include <hwloc.h>
#include <omp.h>

#include <memory>
#include <stdexcept>
#include <type_traits>

namespace tandem::suite {

struct DestroyTopology {
  void operator()(hwloc_topology_t topology) const { hwloc_topology_destroy(topology); }
};
using Topology = std::unique_ptr<std::remove_pointer_t<hwloc_topology_t>, DestroyTopology>;

/// What this process may use of the machine. A millisecond or two. Throws std::runtime_error if hwloc cannot tell.
inline Topology read_topology() {
  hwloc_topology_t topology = nullptr;
  if (hwloc_topology_init(&topology) != 0) throw std::runtime_error("hwloc could not be initialised.");
  Topology owner(topology);
  // By itself hwloc respects control groups, but not what taskset or a batch system binds this process to. Where OpenMP
  // has bound its first thread (OMP_PROC_BIND) that binding is not the process's.
  if (omp_get_proc_bind() == omp_proc_bind_false) {
    hwloc_topology_set_flags(topology, HWLOC_TOPOLOGY_FLAG_IS_THISSYSTEM | HWLOC_TOPOLOGY_FLAG_RESTRICT_TO_CPUBINDING);
  }
  if (hwloc_topology_load(topology) != 0) throw std::runtime_error("hwloc could not read this machine's topology.");
  return owner;
}

}  // namespace tandem::suite
