#!/usr/bin/env bash
# Images of handwritten digits, 8 x 8, from Debian's package python3-sklearn. Does nothing if they are there.
# Usage: problems/flow/fetch.sh FOLDER
set -uo pipefail
[ $# = 1 ] || { echo "usage: $0 FOLDER" >&2; exit 2; }
. "$(dirname "${BASH_SOURCE[0]}")/../../ci/unpack.sh"
[ -s "$1/digits.csv" ] || unpack_file "$1/digits.csv" python3-sklearn digits.csv || {
  echo "There are no images of digits for the reason above." >&2
  exit 1
}
