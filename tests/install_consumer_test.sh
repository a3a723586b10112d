#!/usr/bin/env bash
# Installs the build, moves the installation, and builds and runs a program outside the tree against it.
set -euo pipefail
work=$TANDEM_BUILD/tests/install_consumer
rm -rf "$work"
mkdir -p "$work"

cmake --install "$TANDEM_BUILD" --prefix "$work/first" >/dev/null
mv "$work/first" "$work/prefix"  # nothing may remember where it was installed
prefix=$work/prefix

# Every installed header compiles by itself, with the installed headers and the standard library alone.
find "$prefix/include/tandem" -name '*.hpp' -printf '%P\n' | while read -r header; do
  echo "#include \"$header\"" | "$CXX" -std=c++20 -fsyntax-only -I "$prefix/include/tandem" -x c++ - ||
    { echo "$header is installed but does not compile from the installation" >&2; exit 1; }
done

cmake -S "$TANDEM_SOURCE/tests/consumer" -B "$work/build" -G Ninja -DCMAKE_CXX_COMPILER="$CXX" \
  -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_BUILD_TYPE=Release
cmake --build "$work/build"

sum=$("$work/build/consumer" 128)
[ "$sum" = 24 ] || { echo "the consumer printed $sum for 128, not 24" >&2; exit 1; }
"$prefix/bin/tandem" --help >/dev/null || { echo "the installed tandem does not start" >&2; exit 1; }
