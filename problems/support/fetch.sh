#!/usr/bin/env bash
# Texts that several families read: the King James Bible, and a long Chinese text. Writes only what is not there.
# Usage: problems/support/fetch.sh FOLDER
set -uo pipefail
[ $# = 1 ] || { echo "usage: $0 FOLDER" >&2; exit 2; }
project=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
. "$project/ci/unpack.sh"
status=0
[ -s "$1/kjv.txt" ] || "$project/models/kjv/fetch_text.sh" "$1/kjv.txt" || {
  echo "There is no King James Bible for the reason above." >&2
  status=1
}
text=debian-reference.zh-cn.txt
[ -s "$1/$text" ] || unpack_file "$1/$text" debian-reference-zh-cn "$text" || {
  echo "There is no Chinese text for the reason above." >&2
  status=1
}
exit $status
