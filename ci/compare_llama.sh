#!/usr/bin/env bash
# Tandem against llama.cpp. See usage below.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

usage() {
  cat <<'TEXT'
Usage: ci/compare_llama.sh [CHECKPOINT TOKENIZER [ROUNDS]]

Brings llama.cpp from npm (problems/attention/fetch.sh), which chooses its library for the processor by itself; converts
a llama2.c checkpoint for it, holds the two greedy texts against each other, and times prompt processing and decoding on
one thread in interleaved rounds.
Exit status: 0 the same text and not slower, 1 otherwise, 2 not measured.

Without arguments: stories260K.bin and tok512.bin in the folder that TANDEM_DATA names, or in ../shared/data.
TEXT
}

case ${1:-} in -h | --help) usage; exit 0 ;; esac
data=${TANDEM_DATA:-$project/../shared/data}
checkpoint=$(realpath -m "${1:-$data/stories260K.bin}")
tokenizer=$(realpath -m "${2:-$data/tok512.bin}")
rounds=${3:-31}
for file in "$checkpoint" "$tokenizer"; do
  [ -r "$file" ] || { say "Not measured: $file is not there."; exit 2; }
done
for tool in node npm; do
  command -v "$tool" >/dev/null || { say "Not measured: $tool is not there."; exit 2; }
done

libraries=${TANDEM_DATA:-$project/build/data}/llama-3.22.1
"$project/problems/attention/fetch.sh" "${libraries%/*}" && [ -d "$libraries" ] ||
  { say "Not measured: llama.cpp could not be brought."; exit 2; }

cmake -S "$project" --preset "$preset" >&2
cmake --build "$build" --target tandem_language_model >&2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
# shellcheck disable=SC2046
"${CXX:-g++}" -std=c++20 -O2 -fopenmp -I "$project" "$project/ci/compare_llama.cpp" \
  "$build/libtandem_language_model.a" "$build/libtandem_attention.a" "$build/libtandem_support.a" $(pkg-config --libs libhwy tbb) -o timer
"${CXX:-g++}" -std=c++20 -O2 "$project/ci/compare_llama_peer.cpp" -ldl -o peer

node "$project/ci/compare_llama.mjs" "$checkpoint" "$tokenizer" "$folder/timer" "$folder/peer" "$libraries" "$rounds"
