#!/usr/bin/env bash
# Writes the text of the shipped vocabulary: the King James Bible less the 5 % that are held out (models/kjv), and the
# Debian Reference in English and Chinese, with example.org for its hosts, whose names would be pieces of no use to
# anybody. From Debian's packages, which are unpacked and not installed: no root needed.
# Usage: models/unigram/fetch_text.sh FILE
set -euo pipefail
[ $# = 1 ] || { echo "usage: $0 FILE" >&2; exit 2; }
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/../../ci/unpack.sh"
file=$(realpath -m "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$here/../kjv/fetch_text.sh" "$work/kjv.txt"
unpack_packages "$work" debian-reference-en debian-reference-zh-cn
# Cut where `tandem train language_model` cuts.
size=$(wc -c <"$work/kjv.txt")
at=$((size * 95 / 100))
cut=$((at + $(head -n 1 < <(tail -c +$((at + 1)) "$work/kjv.txt") | wc -c)))
{
  head -c "$cut" "$work/kjv.txt"
  # Where they are in their packages differs between releases.
  for language in en zh-cn; do find "$work/usr" -name "debian-reference.$language.txt.gz" -exec gzip -dc {} \;; done |
    LC_ALL=C sed -E 's#[[:alnum:].-]+\.debian\.org#example.org#g'
} >"$work/text"

# Debian 12's texts. Others are no mistake, but give another vocabulary.
expected=cc79580a89b77e3ae203be80839e9c02e859f9891773c24110547a3b98812490
[ "$(sha256sum <"$work/text" | cut -d ' ' -f 1)" = "$expected" ] ||
  echo "$0: this text is not the one that the shipped vocabulary was trained on" >&2
mkdir -p "$(dirname "$file")"
cp "$work/text" "$file.new"
mv "$file.new" "$file"
