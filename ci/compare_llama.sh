#!/usr/bin/env bash
# Tandem against llama.cpp. See usage below.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

usage() {
  cat <<'TEXT'
Usage: ci/compare_llama.sh [CHECKPOINT TOKENIZER [ROUNDS]]

Installs llama.cpp from npm (@fugood/llama.node) into a temporary folder, converts a llama2.c checkpoint for it, holds
the two greedy texts against each other, and times prompt processing and decoding on one thread in interleaved rounds.
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

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
version=1.7.15
# The package's own choice of back ends is 280 MB; this is the one for the processor.
npm install --silent --no-audit --no-fund --omit=optional --ignore-scripts \
  "@fugood/llama.node@$version" "@fugood/node-llama-linux-x64@$version" >&2 ||
  { say "Not measured: the package could not be installed."; exit 2; }

cmake -S "$project" --preset "$preset" >&2
cmake --build "$build" --target tandem_language_model >&2
# shellcheck disable=SC2046
"${CXX:-g++}" -std=c++20 -O2 -fopenmp -I "$project" "$project/ci/compare_llama.cpp" \
  "$build/libtandem_language_model.a" $(pkg-config --libs libhwy tbb) -o timer

node "$project/ci/compare_llama.mjs" "$checkpoint" "$tokenizer" "$folder/timer" "$rounds"
