#!/usr/bin/env bash
# Repeats the training of the shipped vocabulary. Options are passed on to `tandem train unigram`.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
project=$(cd "$here/../.." && pwd)
tandem=${TANDEM:-$project/build/release/tandem}
out=$project/results/unigram

mkdir -p "$out"
[ -s "$out/text.txt" ] || "$here/fetch_text.sh" "$out/text.txt"
"$tandem" train unigram --text "$out/text.txt" --out "$out/vocabulary.tsv" --pieces 16384 "$@"
echo "The result is $out/vocabulary.tsv"
