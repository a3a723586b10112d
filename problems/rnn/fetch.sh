#!/usr/bin/env bash
# LAC's recurrent network, from Debian's package python3-jieba. Does nothing if it is there.
# Usage: problems/rnn/fetch.sh FOLDER
set -uo pipefail
[ $# = 1 ] || { echo "usage: $0 FOLDER" >&2; exit 2; }
. "$(dirname "${BASH_SOURCE[0]}")/../../ci/unpack.sh"
[ -s "$1/usr/lib/python3/dist-packages/jieba/lac_small/word.dic" ] || unpack_packages "$1" python3-jieba || {
  echo "There is no LAC network for the reason above." >&2
  exit 1
}
