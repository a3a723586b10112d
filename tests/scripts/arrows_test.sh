#!/usr/bin/env bash
# The arrows between the rooms, as CONTRIBUTING.md draws them: which files a file may include. A file is asked what it
# includes of the project; includes in angle brackets are asked of the references alone, which take the standard library.
set -euo pipefail

# One line for each folder: the files it has, and what these may include. {family} is the family of the file itself, the
# second folder of its path. The first line that a file fits is its own.
rules='
reference/                 reference/
impl/support/              impl/support/
impl/                      impl/ reference/
problems/support/          problems/support/ impl/support/
problems/                  problems/ reference/ impl/support/ impl/{family}/
benchmarks/suite/          benchmarks/suite/ problems/support/ impl/support/
benchmarks/regression/     benchmarks/regression/ benchmarks/suite/ impl/support/
benchmarks/                benchmarks/{family}/ benchmarks/suite/ problems/ impl/ reference/
claims/suite/              claims/suite/ benchmarks/suite/
claims/                    claims/{family}/ claims/suite/ benchmarks/suite/ problems/ impl/ reference/
reports/                   reports/ benchmarks/suite/statistics.hpp benchmarks/suite/json_text.hpp impl/support/
program/solve/             program/ benchmarks/suite/ problems/ impl/ reference/
program/train/             program/ benchmarks/suite/ problems/ impl/ reference/
program/                   program/ reports/ claims/suite/ benchmarks/suite/ benchmarks/regression/ problems/support/ impl/support/
tests/scripts/             impl/ reference/
tests/                     tests/ program/ reports/ claims/suite/ benchmarks/suite/ benchmarks/regression/ problems/ impl/ reference/
'
rooms='reference|impl|problems|benchmarks|claims|reports|program|tests'

# Prints the lines below the folder that break a rule, as "file includes other"; false if there are any, or no files.
check() {
  (cd "$1" && grep -rHoE --include='*.hpp' --include='*.cpp' '^ *# *include *["<][^">]*' $(ls -d ${rooms//|/ } 2>/dev/null)) |
    awk -v rules="$rules" -v rooms="^($rooms)/" '
      BEGIN {
        count = split(rules, lines, "\n")
        for (i = 1; i <= count; ++i) if (split(lines[i], words, " ")) { own[++known] = words[1]; allowed[known] = lines[i] }
      }
      {
        file = $0; sub(/:.*/, "", file)
        other = $0; sub(/^[^"<]*["<]/, "", other)
        angled = $0 ~ /include *</
        ++seen
        if (angled) {  # the standard library has neither folders nor endings
          if (file ~ /^reference\// && other ~ /[.\/]/) print file " includes " other
          next
        }
        if (other !~ rooms) next  # generated, or of a package
        for (rule = 1; rule <= known && index(file, own[rule]) != 1; ++rule) continue
        split(file, path, "/")
        words_of_rule = split(allowed[rule], words, " ")
        fits = 0
        for (i = 2; i <= words_of_rule; ++i) { sub(/\{family\}/, path[2], words[i]); fits = fits || index(other, words[i]) == 1 }
        if (!fits) print file " includes " other
      }
      END { if (!seen) print "no file was found" }
    ' >"$work/broken"
  [ ! -s "$work/broken" ]
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The check itself must be able to fail: every one of these breaks a rule, and the line behind it keeps it.
try() {
  rm -rf "$work/tree"
  mkdir -p "$work/tree/$(dirname "$1")"
  echo "#include $2" >"$work/tree/$1"
  check "$work/tree"
}
broken=0
while read -r file bad good; do
  ! try "$file" "$bad" || { echo "the check does not see that $file must not include $bad" >&2; broken=1; }
  try "$file" "$good" || { echo "the check does not let $file include $good" >&2; broken=1; }
done <<'TEXT'
reference/a/a.hpp           "impl/a/a.hpp"               "reference/b/b.hpp"
reference/a/a.hpp           <hwy/highway.h>              <vector>
impl/a/a.cpp                "problems/a/a.hpp"           "impl/b/b.hpp"
impl/support/a.hpp          "impl/a/a.hpp"               "impl/support/b.hpp"
problems/a/a.cpp            "impl/b/b.hpp"               "impl/a/b/b.hpp"
problems/a/a.cpp            "benchmarks/suite/hash.hpp"  "problems/support/data.hpp"
benchmarks/a/a.cpp          "benchmarks/b/b.hpp"         "benchmarks/a/b.hpp"
benchmarks/a/a.cpp          "claims/suite/claim.hpp"     "problems/b/b.hpp"
benchmarks/suite/a.cpp      "benchmarks/a/a.hpp"         "problems/support/data.hpp"
benchmarks/suite/a.cpp      "impl/a/a.hpp"               "impl/support/random.hpp"
benchmarks/regression/a.cpp "benchmarks/a/a.hpp"         "benchmarks/suite/race.hpp"
claims/a/a.cpp              "benchmarks/a/a.hpp"         "benchmarks/suite/statistics.hpp"
claims/a/a.cpp              "claims/b/b.hpp"             "claims/suite/claim.hpp"
claims/suite/a.cpp          "reports/a.hpp"              "benchmarks/suite/race.hpp"
reports/a.cpp               "benchmarks/suite/race.hpp"  "benchmarks/suite/statistics.hpp"
program/a.cpp               "claims/a/a.hpp"             "claims/suite/claim.hpp"
program/a.cpp               "impl/a/a.hpp"               "reports/a.hpp"
program/solve/a.cpp         "benchmarks/a/a.hpp"         "problems/a/a.hpp"
tests/a/a_test.cpp          "benchmarks/a/a.hpp"         "program/a.hpp"
TEXT
[ "$broken" = 0 ]

check "$TANDEM_SOURCE" || {
  cat "$work/broken" >&2
  echo "These includes run against the arrows between the rooms: CONTRIBUTING.md has the table." >&2
  exit 1
}
