#!/usr/bin/env bash
# Writes the King James Bible (public domain), one verse a line, without the verses' numbers: 31,102 lines. The text
# comes from Debian's packages bible-kjv and bible-kjv-text, which are unpacked and not installed: no root needed.
# Usage: models/kjv/fetch_text.sh FILE
set -euo pipefail
[ $# = 1 ] || { echo "usage: $0 FILE" >&2; exit 2; }
file=$(realpath -m "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

apt-get -q download bible-kjv bible-kjv-text >apt.log 2>&1 ||
  { cat apt.log >&2; echo "$0: cannot download the packages (apt-get update may help)" >&2; exit 1; }
for package in *.deb; do dpkg-deb -x "$package" root; done
mkdir -p "$(dirname "$file")"
root/usr/bin/bible -p root/usr/lib/ -f 'Gen1:1-Rev22:21' </dev/null | sed -E 's/^[^ ]+ //' >"$file.new"

# Debian 12's text (4.38). Another text is no mistake, but gives another model.
expected=b5c4940bcfeee072c0935b5200d0f9d88a00a0199cb0961d16133458fcdfae5d
[ "$(sha256sum <"$file.new" | cut -d ' ' -f 1)" = "$expected" ] ||
  echo "$0: this text is not the one that the shipped model was trained on" >&2
mv "$file.new" "$file"
