#!/usr/bin/env bash
# llama.cpp's shared libraries from npm, ggml's among them, to be raced against. Does nothing if they are there, or where
# no processor could run them.
# Usage: problems/attention/fetch.sh FOLDER
set -uo pipefail
[ $# = 1 ] || { echo "usage: $0 FOLDER" >&2; exit 2; }
. "$(dirname "${BASH_SOURCE[0]}")/../../ci/unpack.sh"
[ "$HOSTTYPE" = x86_64 ] || exit 0
[ -s "$1/llama-3.22.1/libggml-base.so" ] || unpack_npm "$1/llama-3.22.1" @node-llama-cpp/linux-x64 3.22.1 bins/linux-x64 || {
  echo "There is no ggml for the reason above." >&2
  exit 1
}
