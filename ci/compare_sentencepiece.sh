#!/usr/bin/env bash
# Bytes per token of vocabularies of 16,384 pieces, trained on the text of models/unigram by SentencePiece and by this
# project, on that text and on held-out English. Takes about three minutes; needs libsentencepiece-dev and a built tandem.
# Usage: ci/compare_sentencepiece.sh
set -euo pipefail
project=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
tandem=${TANDEM:-$project/build/release/tandem}
out=$project/results/unigram
held_out=$project/models/kjv/held_out.txt

mkdir -p "$out"
[ -s "$out/text.txt" ] || "$project/models/unigram/fetch_text.sh" "$out/text.txt"
"${CXX:-g++}" -std=c++17 -O2 "$project/ci/compare_sentencepiece.cpp" -lsentencepiece -lsentencepiece_train \
  -o "$out/compare_sentencepiece"
"$out/compare_sentencepiece" "$out/text.txt" 16384 "$out" "$held_out"

# Ours has tokens for line breaks, too; they are left out here, as SentencePiece never sees them.
for across in across within; do
  start=$(date +%s)
  options=()
  [ $across = across ] || options=(--within-words)
  "$tandem" train unigram --text "$out/text.txt" --out "$out/$across.tsv" --pieces 16384 "${options[@]}" >/dev/null
  echo "Tandem, pieces $across words: trained in $(($(date +%s) - start)) s"
  for text in "$out/text.txt" "$held_out"; do
    bytes=$(tr -d '\n' <"$text" | wc -c)
    "$tandem" solve tokenize --vocab "$out/$across.tsv" --print pieces "$text" |
      awk -F'\t' -v bytes="$bytes" -v text="$text" \
        '{ for (i = 1; i <= NF; ++i) if ($i !~ /^(\\x0A)+$/) ++tokens }
         END { printf "  %s: %.4f bytes per token\n", text, bytes / tokens }'
  done
done
