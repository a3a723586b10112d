#!/usr/bin/env bash
# Writes the King James Bible (public domain), one verse a line, without the verses' numbers: 31,102 lines. The text
# comes from Debian's packages bible-kjv and bible-kjv-text, which are unpacked and not installed: no root needed.
# Usage: models/kjv/fetch_text.sh FILE
set -euo pipefail
[ $# = 1 ] || { echo "usage: $0 FILE" >&2; exit 2; }
. "$(dirname "${BASH_SOURCE[0]}")/../../ci/unpack.sh"
file=$(realpath -m "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Its program reads the text and needs the readline library, whose package has another name in each release.
readline=$({ apt-cache depends bible-kjv || true; } 2>/dev/null | sed -nE 's/^ *Depends: (libreadline[^ ]*)$/\1/p' | head -n 1)
unpack_packages "$work" bible-kjv bible-kjv-text ${readline:+"$readline"}
libraries=$(find "$work" -name 'libreadline.so*' -printf '%h\n' | sort -u | head -n 1)
LD_LIBRARY_PATH=$libraries${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH} \
  "$work/usr/bin/bible" -p "$work/usr/lib/" -f 'Gen1:1-Rev22:21' </dev/null | sed -E 's/^[^ ]+ //' >"$work/text"
lines=$(wc -l <"$work/text")
[ "$lines" = 31102 ] || { echo "$0: bible-kjv wrote $lines verses and not 31102" >&2; exit 1; }

# Debian 12's text (4.38). Another text is no mistake, but gives another model.
expected=b5c4940bcfeee072c0935b5200d0f9d88a00a0199cb0961d16133458fcdfae5d
[ "$(sha256sum <"$work/text" | cut -d ' ' -f 1)" = "$expected" ] ||
  echo "$0: this text is not the one that the shipped model was trained on" >&2
mkdir -p "$(dirname "$file")"
cp "$work/text" "$file.new"
mv "$file.new" "$file"
