# Every package the project needs. A missing one ends the configuration with the Debian package that brings it.
# The packages are listed for installation in ci/setup.sh.
function(tandem_require name found debian_package)
  if(NOT found)
    message(FATAL_ERROR "${name} was not found: apt-get install ${debian_package}")
  endif()
endfunction()

macro(tandem_find name debian_package)
  find_package(${name} QUIET)
  tandem_require(${name} "${${name}_FOUND}" "${debian_package}")
endmacro()

if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
  tandem_find(OpenMP libomp-dev)
else()
  tandem_find(OpenMP libgomp1)
endif()
tandem_find(TBB libtbb-dev)
tandem_find(Eigen3 libeigen3-dev)
tandem_find(hwy libhwy-dev)
tandem_find(benchmark libbenchmark-dev)
tandem_find(nlohmann_json nlohmann-json3-dev)
tandem_find(fmt libfmt-dev)
tandem_find(CLI11 libcli11-dev)
tandem_find(PkgConfig pkg-config)
pkg_check_modules(hwloc QUIET IMPORTED_TARGET hwloc)
tandem_require(hwloc "${hwloc_FOUND}" libhwloc-dev)
find_path(RANDOM123_INCLUDE_DIR Random123/philox.h)
tandem_require(Random123 "${RANDOM123_INCLUDE_DIR}" librandom123-dev)
add_library(Random123::Random123 INTERFACE IMPORTED)
target_include_directories(Random123::Random123 SYSTEM INTERFACE ${RANDOM123_INCLUDE_DIR})
tandem_find(ZLIB zlib1g-dev)
find_path(MUSTACHE_INCLUDE_DIR kainjow/mustache.hpp)
tandem_require(Mustache "${MUSTACHE_INCLUDE_DIR}" libkainjow-mustache-dev)
add_library(Mustache::Mustache INTERFACE IMPORTED)
target_include_directories(Mustache::Mustache SYSTEM INTERFACE ${MUSTACHE_INCLUDE_DIR})
find_path(XXHASH_INCLUDE_DIR xxhash.h)
tandem_require(xxHash "${XXHASH_INCLUDE_DIR}" libxxhash-dev)

# What a result names beside the compiler, as "name=CMake package"; the version is that of the package. A family that
# looks for a peer adds it here.
set(TANDEM_LIBRARIES "Google Benchmark=benchmark" "Highway=hwy" "Eigen=Eigen3" "oneTBB=TBB" "hwloc=hwloc" "fmt=fmt"
                     "nlohmann-json=nlohmann_json" "CLI11=CLI11")

# Peers: libraries that do the same as some method, to be raced against. Absent peer, absent rows. A family looks for its
# own (impl/<family>/family.cmake), and by hand: their own CMake packages bring half a dozen others (OpenCL, CUDA,
# protobuf) along. Names that begin with PEER_, so that nobody's cache entry takes effect by accident.
set(TANDEM_PEERS "")
function(tandem_add_peer name libraries include_folder)
  add_library(Peer::${name} INTERFACE IMPORTED GLOBAL)
  target_link_libraries(Peer::${name} INTERFACE ${libraries})
  if(include_folder)
    target_include_directories(Peer::${name} SYSTEM INTERFACE ${include_folder})
  endif()
  set(TANDEM_PEERS ${TANDEM_PEERS} ${name} PARENT_SCOPE)
endfunction()

# The version that a header defines as <prefix>_MAJOR, _MINOR and _PATCH, in that order.
function(tandem_header_version variable header prefix)
  file(STRINGS ${header} version REGEX "define ${prefix}_(MAJOR|MINOR|PATCH)")
  list(TRANSFORM version REPLACE "[^0-9]" "")
  list(JOIN version "." version)
  set(${variable} ${version} PARENT_SCOPE)
endfunction()
