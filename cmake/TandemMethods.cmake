# One static library per folder of impl/: tandem_<method> (tandem::<method> for users), holding the method's reference
# (reference/<method>.cpp, and reference/<method>_*.cpp where a family has several) and all of its implementations.

# The reference is the clear textbook code at plain -O2, whatever the preset optimises.
file(GLOB reference_sources CONFIGURE_DEPENDS reference/*.cpp)
set_source_files_properties(${reference_sources} PROPERTIES COMPILE_OPTIONS "$<$<CONFIG:Release>:-O2>")

# Eigen has no run-time dispatch, so the files named after it are compiled once per instruction-set level, lowest first
# (impl/support/levels.hpp). The first compilation also holds the function that picks a level. Eigen's own threads are
# off: a variant uses no more than its Execution allows.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$")
  set(instruction_set_levels x86-64-v2 x86-64-v3 x86-64-v4)
else()
  set(instruction_set_levels plain)
endif()

function(tandem_add_levels method)
  set(dispatcher TANDEM_DISPATCHER)
  foreach(architecture IN LISTS instruction_set_levels)
    string(REPLACE - _ level ${architecture})
    set(objects tandem_${method}_${level})
    add_library(${objects} OBJECT ${ARGN})
    target_link_libraries(${objects} PRIVATE tandem_options OpenMP::OpenMP_CXX TBB::tbb hwy::hwy Eigen3::Eigen
                          Random123::Random123)
    target_compile_definitions(${objects} PRIVATE ${dispatcher} TANDEM_LEVEL=${level} Eigen=Eigen_${level}
                               EIGEN_MPL2_ONLY EIGEN_DONT_PARALLELIZE)
    if(NOT architecture STREQUAL plain)
      # GCC 12 takes its own AVX-512 intrinsics for uninitialized (GCC bug 105593).
      target_compile_options(${objects} PRIVATE -march=${architecture}
                             $<$<CXX_COMPILER_ID:GNU>:-Wno-uninitialized;-Wno-maybe-uninitialized>)
    endif()
    target_sources(tandem_${method} PRIVATE $<TARGET_OBJECTS:${objects}>)
    set(dispatcher "")
  endforeach()
endfunction()

# Other people's libraries to race against: impl/<method>/peer_<library>.cpp is compiled where the library was found
# (TANDEM_PEERS, cmake/TandemDependencies.cmake), and whoever lists the variants sees TANDEM_PEER_<LIBRARY>. Their header
# is not installed and nothing else calls them, so users of the installed library need no peer to link.
function(tandem_add_peers method sources_name)
  set(sources ${${sources_name}})
  foreach(source IN LISTS ${sources_name})
    if(NOT source MATCHES "/peer_([a-z0-9_]+)\\.cpp$")
      continue()
    endif()
    set(library ${CMAKE_MATCH_1})
    if(library IN_LIST TANDEM_PEERS)
      string(TOUPPER ${library} upper)
      target_link_libraries(tandem_${method} PRIVATE $<BUILD_INTERFACE:Peer::${library}>)
      target_compile_definitions(tandem_${method} PUBLIC $<BUILD_INTERFACE:TANDEM_PEER_${upper}>)
    else()
      list(REMOVE_ITEM sources ${source})
    endif()
  endforeach()
  set(${sources_name} ${sources} PARENT_SCOPE)
endfunction()

file(GLOB method_folders CONFIGURE_DEPENDS LIST_DIRECTORIES true RELATIVE ${CMAKE_CURRENT_SOURCE_DIR}/impl impl/*)
list(REMOVE_ITEM method_folders support)

set(TANDEM_METHOD_TARGETS "")
foreach(method IN LISTS method_folders)
  file(GLOB sources CONFIGURE_DEPENDS impl/${method}/*.cpp)
  file(GLOB eigen_sources CONFIGURE_DEPENDS impl/${method}/*eigen*.cpp)
  list(REMOVE_ITEM sources ${eigen_sources})
  file(GLOB definitions CONFIGURE_DEPENDS reference/${method}.cpp reference/${method}_*.cpp)
  add_library(tandem_${method} STATIC ${definitions})
  tandem_add_peers(${method} sources)
  target_sources(tandem_${method} PRIVATE ${sources})
  add_library(tandem::${method} ALIAS tandem_${method})
  set_target_properties(tandem_${method} PROPERTIES EXPORT_NAME ${method})
  # What only the build needs (headers alone) is hidden from the users of the installed package.
  target_link_libraries(tandem_${method} PUBLIC tandem_options OpenMP::OpenMP_CXX TBB::tbb
                        PRIVATE hwy::hwy hwy::hwy_contrib $<BUILD_INTERFACE:Random123::Random123>)
  if(eigen_sources)
    tandem_add_levels(${method} ${eigen_sources})
  endif()
  list(APPEND TANDEM_METHOD_TARGETS tandem_${method})
endforeach()

# A method that is built on another.
target_link_libraries(tandem_nbce PUBLIC tandem_language_model)

# BytePiece's vocabularies are JSON.
target_link_libraries(tandem_unigram PRIVATE $<BUILD_INTERFACE:nlohmann_json::nlohmann_json>)

# ci/gate_power measures what the regression gate finds: all rows of the gate's worker slower by so many per cent of their
# time, or one instruction more in the inner loop of the skeleton's SIMD variants. Empty in every other build.
set(TANDEM_INJECT "" CACHE STRING "Make a build slower on purpose: a number of per cent, or 'instruction'")
mark_as_advanced(TANDEM_INJECT)
if(TANDEM_INJECT STREQUAL "instruction")
  target_compile_definitions(tandem_skeleton PRIVATE TANDEM_INJECTED_INSTRUCTION)
elseif(TANDEM_INJECT)
  set_source_files_properties(benchmarks/regression/worker.cpp PROPERTIES
                              COMPILE_DEFINITIONS TANDEM_INJECTED_PER_CENT=${TANDEM_INJECT})
endif()
