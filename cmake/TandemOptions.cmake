# Compiler options shared by everything that Tandem builds, as the interface target tandem_options.
set(TANDEM_SANITIZE "" CACHE STRING "Sanitizers, as -fsanitize= takes them")
option(TANDEM_JOIN_SOURCES "Compile the spine and the program as a few large files: a whole build is faster, a small change slower")

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_CXX_EXTENSIONS OFF)

add_library(tandem_options INTERFACE)
target_compile_features(tandem_options INTERFACE cxx_std_20)
target_include_directories(tandem_options INTERFACE $<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}>)
target_compile_options(tandem_options INTERFACE
  $<BUILD_INTERFACE:-Wall;-Wextra;-Wpedantic;-Wshadow;-Wconversion;-Wno-sign-conversion;-Werror>
  $<BUILD_INTERFACE:$<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>>)  # false alarms on std::string at -O3 (GCC bug 105651)
# SSSE3 is left out of the run-time targets: no processor of this century's second decade stops there.
target_compile_definitions(tandem_options INTERFACE $<BUILD_INTERFACE:HWY_DISABLED_TARGETS=HWY_SSSE3>)

if(TANDEM_SANITIZE)
  target_compile_options(tandem_options INTERFACE
    -fsanitize=${TANDEM_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(tandem_options INTERFACE -fsanitize=${TANDEM_SANITIZE})
  target_compile_options(tandem_options INTERFACE
    $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)  # false alarms on std::regex in instrumented code
endif()
