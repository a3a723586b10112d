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
find_path(XXHASH_INCLUDE_DIR xxhash.h)
tandem_require(xxHash "${XXHASH_INCLUDE_DIR}" libxxhash-dev)

# Peers: libraries that do the same as some method, to be raced against. Absent peer, absent rows. They are looked for
# by hand: their own CMake packages bring half a dozen others (OpenCL, CUDA, protobuf) along. Names that begin with
# PEER_, so that nobody's cache entry takes effect by accident.
set(TANDEM_PEERS "")
function(tandem_add_peer name libraries include_folder)
  add_library(Peer::${name} INTERFACE IMPORTED GLOBAL)
  target_link_libraries(Peer::${name} INTERFACE ${libraries})
  if(include_folder)
    target_include_directories(Peer::${name} SYSTEM INTERFACE ${include_folder})
  endif()
  set(TANDEM_PEERS ${TANDEM_PEERS} ${name} PARENT_SCOPE)
endfunction()

# oneDNN (libdnnl-dev), 2 or 3.
find_path(PEER_ONEDNN_INCLUDE_DIR oneapi/dnnl/dnnl.hpp)
find_library(PEER_ONEDNN_LIBRARY dnnl)
if(PEER_ONEDNN_INCLUDE_DIR AND PEER_ONEDNN_LIBRARY)
  file(STRINGS ${PEER_ONEDNN_INCLUDE_DIR}/oneapi/dnnl/dnnl_version.h version REGEX "define DNNL_VERSION_(MAJOR|MINOR|PATCH)")
  list(TRANSFORM version REPLACE "[^0-9]" "")
  list(JOIN version "." dnnl_VERSION)
  tandem_add_peer(onednn ${PEER_ONEDNN_LIBRARY} ${PEER_ONEDNN_INCLUDE_DIR})
endif()

# SentencePiece (libsentencepiece-dev). The core of its encoder is no part of its public headers; what is declared of it
# in impl/unigram/peer_sentencepiece_core.cpp is that of one version. From 0.2.2 on the header takes Abseil's status,
# whose package (libabsl-dev) it does not bring along.
find_path(PEER_SENTENCEPIECE_INCLUDE_DIR sentencepiece_processor.h)
find_library(PEER_SENTENCEPIECE_LIBRARY sentencepiece)
if(PEER_SENTENCEPIECE_INCLUDE_DIR AND PEER_SENTENCEPIECE_LIBRARY)
  set(libraries ${PEER_SENTENCEPIECE_LIBRARY})
  file(STRINGS ${PEER_SENTENCEPIECE_INCLUDE_DIR}/sentencepiece_processor.h absl_status REGEX "include .absl/status/status.h")
  if(absl_status)
    find_library(PEER_ABSL_STATUS_LIBRARY absl_status)
    list(APPEND libraries ${PEER_ABSL_STATUS_LIBRARY})
  endif()
  if(NOT absl_status OR PEER_ABSL_STATUS_LIBRARY)
    tandem_add_peer(sentencepiece "${libraries}" ${PEER_SENTENCEPIECE_INCLUDE_DIR})
    # Only the version: a module that it requires may be missing.
    execute_process(COMMAND ${PKG_CONFIG_EXECUTABLE} --modversion sentencepiece OUTPUT_VARIABLE sentencepiece_VERSION
                    OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    if(sentencepiece_VERSION VERSION_EQUAL 0.1.97)
      tandem_add_peer(sentencepiece_core "${libraries}" ${PEER_SENTENCEPIECE_INCLUDE_DIR})
    endif()
  endif()
endif()

# libtorch (libtorch-dev), where somebody has it and asks for it: half a gigabyte is too much to ask for, and loading it
# makes every start of the program most of a second slower.
option(TANDEM_TORCH "Race against libtorch" OFF)
if(TANDEM_TORCH)
  find_path(PEER_TORCH_INCLUDE_DIR ATen/ATen.h)
  find_library(PEER_TORCH_LIBRARY torch_cpu)
  find_library(PEER_C10_LIBRARY c10)
  if(PEER_TORCH_INCLUDE_DIR AND PEER_TORCH_LIBRARY AND PEER_C10_LIBRARY)
    tandem_add_peer(torch "${PEER_TORCH_LIBRARY};${PEER_C10_LIBRARY}" ${PEER_TORCH_INCLUDE_DIR})
  endif()
endif()
message(STATUS "Peers to race against: ${TANDEM_PEERS}")
