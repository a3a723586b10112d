#!/usr/bin/env bash
# A warning ends the build where the project is tested, and nowhere else: a stranger's compiler may be newer than this.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -R "$TANDEM_SOURCE/CMakePresets.json" "$TANDEM_SOURCE/cmake" "$work"
cat >"$work/CMakeLists.txt" <<'CMAKE'
cmake_minimum_required(VERSION 3.25)
project(warns LANGUAGES CXX)
include(cmake/TandemOptions.cmake)
add_library(warns OBJECT warns.cpp)
target_link_libraries(warns PRIVATE tandem_options)
CMAKE
echo 'void unused() { int number = 0; }' >"$work/warns.cpp"
cd "$work"

fail() { echo "FAILED: $*" >&2; cat "$work/output" >&2; exit 1; }

build() { cmake --preset "$1" "-DCMAKE_CXX_COMPILER=$CXX" && cmake --build --preset "$1"; }

build release >output 2>&1 || fail "a warning ends the build of the preset release"
grep -q 'Wunused-variable' output || fail "there was no warning to see"
for preset in ci release-clang debug asan tsan; do
  ! build $preset >output 2>&1 || fail "a warning does not end the build of the preset $preset"
  grep -q 'Werror.*unused-variable' output || fail "the build of the preset $preset ended for another reason"
done
cmake --preset fuzz "-DCMAKE_CXX_COMPILER=$CXX" >output 2>&1 || fail "the preset fuzz does not configure"
grep -q -- -Werror build/fuzz/compile_commands.json || fail "a warning does not end the build of the preset fuzz"
