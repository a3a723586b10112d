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
  $<BUILD_INTERFACE:-Wall;-Wextra;-Wpedantic;-Wshadow;-Wconversion;-Wno-sign-conversion>
  $<BUILD_INTERFACE:$<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>>)  # false alarms on std::string at -O3 (GCC bug 105651)
# Targets of Highway that are not compiled, by their bits, since older versions lack some of the names. Each would take as
# long to build as AVX3 does, the longest of all, and its kernels have the instructions of AVX3's but for what is said here.
# AVX3_ZEN4 stays: it does not store compressed vectors straight to memory, which is slow on AMD's processors.
#    3 AVX10_2    comparisons of single numbers; no processor to measure on
#    4 AVX3_SPR   those of AVX3_DL, and of AVX3_ZEN4's stores, which Intel's processors do not need
#    7 AVX3_DL    one multiplication and addition in ab_plus_c's total_columns (vpdpwssd)
#   12 SSSE3      no processor of this century's second decade stops there
math(EXPR x86_targets "1 << 3 | 1 << 4 | 1 << 7 | 1 << 12")
# Arm's SVE targets are left out, too: the compiler knows no size of their vectors, of which the kernels make arrays and
# structures.
set(sve_targets "HWY_SVE|HWY_SVE2|HWY_SVE_256|HWY_SVE2_128")
target_compile_definitions(tandem_options INTERFACE
  $<BUILD_INTERFACE:HWY_DISABLED_TARGETS=${x86_targets}LL|${sve_targets}>)

if(TANDEM_SANITIZE)
  target_compile_options(tandem_options INTERFACE
    -fsanitize=${TANDEM_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(tandem_options INTERFACE -fsanitize=${TANDEM_SANITIZE})
  # Places beyond a container's last element, also where its memory goes on.
  target_compile_definitions(tandem_options INTERFACE _GLIBCXX_ASSERTIONS)
  target_compile_options(tandem_options INTERFACE
    $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)  # false alarms on std::regex in instrumented code
endif()
