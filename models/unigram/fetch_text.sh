#!/usr/bin/env bash
# Writes the text of the shipped vocabulary: the King James Bible less the 5 % that are held out (models/kjv), and the
# Debian Reference in English and Chinese, with example.org for its hosts, whose names would be pieces of no use to
# anybody. From Debian's packages, which are unpacked and not installed: no root needed.
# Usage: models/unigram/fetch_text.sh FILE
set -euo pipefail
[ $# = 1 ] || { echo "usage: $0 FILE" >&2; exit 2; }
file=$(realpath -m "$1")
kjv=$(cd "$(dirname "${BASH_SOURCE[0]}")/../kjv" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

"$kjv/fetch_text.sh" "$work/kjv.txt"
apt-get -q download debian-reference-en debian-reference-zh-cn >apt.log 2>&1 ||
  { cat apt.log >&2; echo "$0: cannot download the packages (apt-get update may help)" >&2; exit 1; }
for package in *.deb; do dpkg-deb -x "$package" root; done
manuals=root/usr/share/debian-reference
[ -d $manuals ] || manuals=root/usr/share/doc/debian-reference-common/docs  # from Debian 13 on
# Cut where `tandem train language_model` cuts.
size=$(wc -c <kjv.txt)
at=$((size * 95 / 100))
cut=$((at + $(head -n 1 < <(tail -c +$((at + 1)) kjv.txt) | wc -c)))
{
  head -c "$cut" kjv.txt
  gzip -dc $manuals/debian-reference.{en,zh-cn}.txt.gz |
    LC_ALL=C sed -E 's#[[:alnum:].-]+\.debian\.org#example.org#g'
} >"$file.new"

# Debian 12's texts. Others are no mistake, but give another vocabulary.
expected=cc79580a89b77e3ae203be80839e9c02e859f9891773c24110547a3b98812490
[ "$(sha256sum <"$file.new" | cut -d ' ' -f 1)" = "$expected" ] ||
  echo "$0: this text is not the one that the shipped vocabulary was trained on" >&2
mv "$file.new" "$file"
