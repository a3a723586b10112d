#!/usr/bin/env bash
# Real data for the flow: images of handwritten digits, 8 x 8, from Debian's package python3-sklearn, and the places of
# airports in the United States from the npm package vega-datasets. Writes only what is not there.
# Usage: problems/flow/fetch.sh FOLDER
set -uo pipefail
[ $# = 1 ] || { echo "usage: $0 FOLDER" >&2; exit 2; }
. "$(dirname "${BASH_SOURCE[0]}")/../../ci/unpack.sh"
status=0

# Longitude and latitude, which are the last two columns in the other order: names before them hold commas.
write_airports() (
  package=vega-datasets@3.2.1
  command -v npm >/dev/null || { echo "There is no npm here to unpack $package with." >&2; return 1; }
  file=$(realpath -m "$1") && work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT && cd "$work" || return 1
  npm pack --silent --fetch-retries=1 --fetch-timeout=60000 "$package" >npm.log 2>&1 </dev/null &&
    tar -xzf ./*.tgz package/data/airports.csv || {
    cat npm.log >&2
    echo "$package could not be downloaded." >&2
    return 1
  }
  mkdir -p "$(dirname "$file")" && awk -F, '{ print $NF "," $(NF - 1) }' package/data/airports.csv >airports.csv &&
    mv airports.csv "$file"
)

[ -s "$1/digits.csv" ] || unpack_file "$1/digits.csv" python3-sklearn digits.csv || {
  echo "There are no images of digits for the reason above." >&2
  status=1
}
[ -s "$1/airports.csv" ] || write_airports "$1/airports.csv" || {
  echo "There are no places of airports for the reason above." >&2
  status=1
}
exit $status
