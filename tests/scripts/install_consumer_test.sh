#!/usr/bin/env bash
# Installs the build as a packager does, moves the installation, and builds and runs a program outside the tree
# against it.
set -euo pipefail
work=$TANDEM_BUILD/tests/install_consumer
rm -rf "$work"
mkdir -p "$work"

emulator=${TANDEM_EMULATOR:-}
fail() { echo "$*" >&2; exit 1; }

DESTDIR=$work/stage cmake --install "$TANDEM_BUILD" --prefix /opt/tandem >/dev/null
[ "$(ls "$work/stage")" = opt ] || fail "something was installed outside the prefix: $(ls "$work/stage")"
mv "$work/stage/opt/tandem" "$work/prefix"  # nothing may remember where it was installed
prefix=$work/prefix

# Every installed header compiles by itself, with the installed headers and the standard library alone.
find "$prefix/include/tandem" -name '*.hpp' -printf '%P\n' | while read -r header; do
  echo "#include \"$header\"" | "$CXX" -std=c++20 -fsyntax-only -I "$prefix/include/tandem" -x c++ - ||
    fail "$header is installed but does not compile from the installation"
done

cmake -S "$TANDEM_SOURCE/tests/scripts/consumer" -B "$work/build" -G Ninja -DCMAKE_CXX_COMPILER="$CXX" \
  -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_BUILD_TYPE=Release
cmake --build "$work/build"

answers=$($emulator "$work/build/consumer" 128)
[ "$answers" = $'24\n1' ] || fail "the consumer printed $answers, not 24 and 1"
$emulator "$prefix/bin/tandem" --help >/dev/null || fail "the installed tandem does not start"

# The installed program finds the models below its prefix, one that was moved by itself beside it.
found() { $emulator "$1" machine --quick 2>/dev/null | sed -n "s/^models *//p"; }
[ "$(found "$prefix/bin/tandem")" = "$prefix/share/tandem/models" ] ||
  fail "the installed tandem takes the models of $(found "$prefix/bin/tandem")"
mkdir "$work/moved"
cp "$prefix/bin/tandem" "$work/moved"
cp -R "$prefix/share/tandem/models" "$work/moved"
[ "$(found "$work/moved/tandem")" = "$work/moved/models" ] ||
  fail "a tandem beside its models takes those of $(found "$work/moved/tandem")"
$emulator "$work/moved/tandem" check '^unigram_decode/automaton/english_117k' >/dev/null || fail "the moved tandem does not work"
