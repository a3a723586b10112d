#!/usr/bin/env bash
# No compilation for a higher instruction-set level may define an inline function that another file could share: the
# linker keeps one copy of it for the whole program, and an AVX-512 copy ends the program on older processors. A shared
# function is harmless only if its name carries the level (Eigen_x86_64_v4::..., eigen_at<level::x86_64_v4>).
set -euo pipefail

# Prints the shared functions (nm's W) of one object that do not name the level; false if there is any.
check() {
  local level=$1 object=$2 symbols shared
  symbols=$(nm --defined-only "$object")
  shared=$(awk -v level="$level" '$2 == "W" && index($3, level) == 0 { print $3 }' <<<"$symbols" | c++filt)
  [ -z "$shared" ] || { printf '%s defines for everyone:\n%s\n' "$object" "$shared" >&2; return 1; }
}

# The check itself must be able to fail: an instantiation of the standard library for AVX-512 is what it looks for.
trap 'rm -f "$control"' EXIT
control=$(mktemp)
"$CXX" -std=c++20 -O2 -march=x86-64-v4 -c -o "$control" -x c++ - <<'CODE'
#include <vector>
void grow(std::vector<float>& values) { values.resize(2 * values.size()); }
CODE
if check x86_64_v4 "$control" 2>/dev/null; then
  echo "the check does not see a shared std::vector<float>::_M_default_append" >&2
  exit 1
fi

# The objects of this configuration (a file that was deleted leaves its object behind).
cd "$TANDEM_BUILD"
checked=0
failed=0
for level in x86_64_v3 x86_64_v4; do
  while read -r object; do
    check "$level" "$object" || failed=$((failed + 1))
    checked=$((checked + 1))
  done < <(grep -oE -- "-o [^ ]*_$level\.dir/[^ ]*\.o" compile_commands.json | cut -c 4-)
done
echo "$checked objects checked, $failed define shared functions"
[ "$checked" -gt 0 ] && [ "$failed" = 0 ]
