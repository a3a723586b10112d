# One static library per family, that is per folder of impl/: tandem_<family> (tandem::<family> for users), holding its
# references (reference/<family>/) and, at any depth of its folder, all of its implementations. What a family needs that
# others do not (a library, a peer, another family) is in a file of its own, impl/<family>/family.cmake.

# The reference is the clear textbook code at plain -O2, whatever the preset optimises.
file(GLOB_RECURSE reference_sources CONFIGURE_DEPENDS reference/*.cpp)
set_source_files_properties(${reference_sources} PROPERTIES COMPILE_OPTIONS "$<$<CONFIG:Release>:-O2>")

# Eigen has no run-time dispatch, so the files named after it are compiled once per instruction-set level, lowest first
# (impl/support/levels.hpp). The first compilation also holds the function that picks a level. Eigen's own threads are
# off: a variant uses no more than its Execution allows.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$")
  set(instruction_set_levels x86-64-v2 x86-64-v3 x86-64-v4)
else()
  set(instruction_set_levels plain)
endif()

function(tandem_add_levels family)
  set(dispatcher TANDEM_DISPATCHER)
  foreach(architecture IN LISTS instruction_set_levels)
    string(REPLACE - _ level ${architecture})
    set(objects tandem_${family}_${level})
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
    target_sources(tandem_${family} PRIVATE $<TARGET_OBJECTS:${objects}>)
    set(dispatcher "")
  endforeach()
endfunction()

# Other people's libraries to race against: a file peer_<library>.cpp is compiled where the library was found
# (TANDEM_PEERS, cmake/TandemDependencies.cmake), and whoever lists the variants sees TANDEM_PEER_<LIBRARY>. Their header
# is not installed and nothing else calls them, so users of the installed library need no peer to link.
function(tandem_add_peers family sources_name)
  set(sources ${${sources_name}})
  foreach(source IN LISTS ${sources_name})
    if(NOT source MATCHES "/peer_([a-z0-9_]+)\\.cpp$")
      continue()
    endif()
    set(library ${CMAKE_MATCH_1})
    if(library IN_LIST TANDEM_PEERS)
      string(TOUPPER ${library} upper)
      target_link_libraries(tandem_${family} PRIVATE $<BUILD_INTERFACE:Peer::${library}>)
      target_compile_definitions(tandem_${family} PUBLIC $<BUILD_INTERFACE:TANDEM_PEER_${upper}>)
    else()
      list(REMOVE_ITEM sources ${source})
    endif()
  endforeach()
  set(${sources_name} ${sources} PARENT_SCOPE)
endfunction()

file(GLOB families CONFIGURE_DEPENDS LIST_DIRECTORIES true RELATIVE ${CMAKE_CURRENT_SOURCE_DIR}/impl impl/*)
list(REMOVE_ITEM families support)

# What the families share and is no header alone.
file(GLOB support_sources CONFIGURE_DEPENDS impl/support/*.cpp)
add_library(tandem_support STATIC ${support_sources})
target_link_libraries(tandem_support PUBLIC tandem_options OpenMP::OpenMP_CXX TBB::tbb)
set_target_properties(tandem_support PROPERTIES EXPORT_NAME support)

set(TANDEM_FAMILY_TARGETS tandem_support)
foreach(family IN LISTS families)
  file(GLOB definitions CONFIGURE_DEPENDS reference/${family}/*.cpp)
  add_library(tandem_${family} STATIC ${definitions})
  include(${CMAKE_CURRENT_SOURCE_DIR}/impl/${family}/family.cmake OPTIONAL)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS impl/${family}/*.cpp)
  set(eigen_sources ${sources})
  list(FILTER eigen_sources INCLUDE REGEX "eigen[^/]*$")
  list(FILTER sources EXCLUDE REGEX "eigen[^/]*$")
  tandem_add_peers(${family} sources)
  target_sources(tandem_${family} PRIVATE ${sources})
  add_library(tandem::${family} ALIAS tandem_${family})
  set_target_properties(tandem_${family} PROPERTIES EXPORT_NAME ${family})
  # What only the build needs (headers alone) is hidden from the users of the installed package.
  target_link_libraries(tandem_${family} PUBLIC tandem_support
                        PRIVATE hwy::hwy hwy::hwy_contrib $<BUILD_INTERFACE:Random123::Random123>)
  if(eigen_sources)
    tandem_add_levels(${family} ${eigen_sources})
  endif()
  list(APPEND TANDEM_FAMILY_TARGETS tandem_${family})
endforeach()
message(STATUS "Peers to race against: ${TANDEM_PEERS}")
