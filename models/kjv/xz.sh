#!/usr/bin/env bash
# What xz -9 needs for the held-out text, in bits per byte: alone, and after the training text, which is the size of
# both together less that of the training text. Cuts the text where `tandem train language_model` does.
# Usage: models/kjv/xz.sh TEXT
set -euo pipefail
[ $# = 1 ] || { echo "usage: $0 TEXT" >&2; exit 2; }
size=$(wc -c <"$1")
at=$((size * 95 / 100))
cut=$((at + $(head -n 1 < <(tail -c +$((at + 1)) "$1") | wc -c)))

# All of the text fits into the dictionary of xz -9, 64 MiB.
packed() { xz -9 --format=raw --lzma2=preset=9 | wc -c; }
training=$(head -c "$cut" "$1" | packed)
both=$(packed <"$1")
alone=$(tail -c +$((cut + 1)) "$1" | packed)
awk -v held_out=$((size - cut)) -v alone="$alone" -v after=$((both - training)) 'BEGIN {
  printf "held out: %d bytes\nxz alone: %.3f bits per byte\nxz after the training text: %.3f bits per byte\n",
         held_out, 8 * alone / held_out, 8 * after / held_out }'
