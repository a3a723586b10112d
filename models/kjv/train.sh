#!/usr/bin/env bash
# Repeats the training of the shipped model. Options are passed on to `tandem train language_model`; after an interrupt
# `models/kjv/train.sh --resume` goes on.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
project=$(cd "$here/../.." && pwd)
tandem=${TANDEM:-$project/build/release/tandem}
out=$project/results/kjv

mkdir -p "$out"
[ -s "$out/text.txt" ] || "$here/fetch_text.sh" "$out/text.txt"
# Pinned to AVX2: the same weights, bit by bit, on every machine that has it, wider registers or not.
"$tandem" train language_model --simd=avx2 --text "$out/text.txt" --out "$out" --steps 12000 "$@"
"$here/xz.sh" "$out/text.txt"
echo "The results are in $out: model.bin, tokenizer.bin, loss.csv"
