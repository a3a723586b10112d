#!/usr/bin/env bash
# Tandem's attention against ONNX Runtime's. See usage below.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

usage() {
  cat <<'TEXT'
Usage: ci/compare_onnxruntime.sh [ROUNDS]

Brings ONNX Runtime from npm (onnxruntime-node, 110 MB) into build/onnxruntime-VERSION, where it stays; holds the outputs
of its best operators for full, causal and windowed attention against Tandem's, and times both on one and on two threads
in interleaved rounds (31 without an argument).
Exit status: 0 the same outputs and no ratio below its floor, 1 otherwise, 2 not measured.
TEXT
}

case ${1:-} in -h | --help) usage; exit 0 ;; esac
rounds=${1:-31}
for tool in node npm; do
  command -v "$tool" >/dev/null || { say "Not measured: $tool is not there."; exit 2; }
done
version=1.30.0
peer=$project/build/onnxruntime-$version
for package in onnxruntime-common onnxruntime-node; do
  [ -d "$peer/node_modules/$package" ] || unpack_npm "$peer/node_modules/$package" "$package" "$version" ||
    { say "Not measured: the package could not be brought."; exit 2; }
done

cmake -S "$project" --preset "$preset" >&2
cmake --build "$build" --target tandem_attention >&2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
# shellcheck disable=SC2046
"${CXX:-g++}" -std=c++20 -O2 -fopenmp -I "$project" "$project/ci/compare_onnxruntime.cpp" \
  "$build/libtandem_attention.a" "$build/libtandem_support.a" $(pkg-config --libs libhwy tbb) -ldl -o "$folder/timer"

cd "$peer"
OMP_WAIT_POLICY=passive node "$project/ci/compare_onnxruntime.mjs" "$folder" "$rounds"
