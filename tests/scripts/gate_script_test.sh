#!/usr/bin/env bash
# ci/gate on checkouts of every kind: a small project in the place of this one, whose build writes a program that says
# how it was called. Nothing is compiled.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
project="$work/a project"
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 CXX=g++ TANDEM_DATA=$work TANDEM_GATE_CACHE=$work/cache
unset CI GITHUB_ACTIONS GITHUB_STEP_SUMMARY

fail() { echo "FAILED: $*" >&2; echo "--- output:" >&2; cat "$work/output" >&2; exit 1; }
says() { grep -qF -- "$1" "$work/output" || fail "the output lacks: $1"; }
gate() {
  status=0
  (cd / && PATH=$work/bin:$PATH "${in:-$project}/ci/gate" "$@") >"$work/output" 2>&1 </dev/null || status=$?
}
ends_with() { [ "$status" = "$1" ] || fail "ended with $status, not $1"; }

# cmake stands in: the "build" makes a program of the file `kernel`, unless that says broken.
mkdir -p "$work/bin" "$project/ci"
cat >"$work/bin/cmake" <<'TEXT'
#!/bin/bash
[ "$1" = --build ] || exit 0
source=${2%/build/release}
echo built >>"$CALLS"
! grep -q broken "$source/kernel" || { echo "error: broken kernel"; exit 1; }
mkdir -p "$2"
{ printf '#!/bin/bash\n# '; cat "$source/kernel"
  echo 'case "$*" in *--help) exit ;; esac; echo tandem "$@" >>"$CALLS"
while [ $# -gt 0 ]; do case $1 in --out | --markdown | --junit) echo result >"$2" ;; esac; shift; done; exit "${ANSWER:-0}"'
} >"$2/tandem"
chmod +x "$2/tandem"
TEXT
chmod +x "$work/bin/cmake"
for tool in apt-get dpkg-query dpkg-deb; do printf '#!/bin/sh\necho installed\n' >"$work/bin/$tool"; chmod +x "$work/bin/$tool"; done
export CALLS=$work/calls
: >"$CALLS"

cp "$TANDEM_SOURCE"/ci/{setup.sh,unpack.sh,gate} "$project/ci"
printf 'results/\nbuild/\n' >"$project/.gitignore"
echo "kernel one" >"$project/kernel"
git -C "$project" init -q -b main
commit() { git -C "$project" add -A; git -C "$project" commit -qm "$1"; }
commit one
echo "kernel two" >"$project/kernel"
commit two

# On the main branch: the commit before. Both are built, once.
gate --yes --filter 'a b'
ends_with 0
grep -q -- "--filter a b" "$CALLS" || fail "the arguments were not passed on"
[ "$(grep -c built "$CALLS")" = 2 ] || fail "two revisions are two builds"
gate
[ "$(grep -c built "$CALLS")" = 2 ] || fail "a build that is there was built again"
[ -s "$(ls -d "$project"/results/gate/*/ | head -n 1)gate.md" ] || fail "no results"

# On a branch, with changes that are not committed and a file that git does not know: the tree as it is.
git -C "$project" checkout -qb feature
echo "kernel three" >"$project/kernel"
echo new >"$project/untracked"
gate
ends_with 0
grep -rq "kernel three" "$work/cache" --include=tandem || fail "the working tree was not built as it is"
[ -n "$(find "$work/cache" -name untracked)" ] || fail "the untracked file was left out"
[ "$(git -C "$project" status --porcelain | sort | tr -d '\n')" = " M kernel?? untracked" ] || fail "the checkout was changed"
grep -q -- "--head-name working tree" "$CALLS" || fail "the working tree has no name"

# The status of the gate is the status of the script.
ANSWER=1 gate
ends_with 1

# What does not build is no verdict, and not called slower.
echo broken >"$project/kernel"
gate
ends_with 2
says "No verdict: the head does not build"
says "error: broken kernel"
commit broken
echo "kernel four" >"$project/kernel"
gate HEAD
ends_with 2
says "No verdict: the base does not build"

# Revisions that are not there.
gate no-such-revision
ends_with 2
says "No verdict: git knows no revision no-such-revision."
git clone -q --depth 1 "file://$project" "$work/shallow"
in=$work/shallow gate
ends_with 2
says "shallow clone"
in=$work/shallow gate main~1
ends_with 2
says "shallow clone"
mkdir -p "$work/archive/ci"
cp "$project"/ci/* "$work/archive/ci"
in=$work/archive gate
ends_with 2
says "no git checkout"

# A checkout of somebody else: git's own reason, and what it says to do.
GIT_TEST_ASSUME_DIFFERENT_OWNER=1 gate main
ends_with 2
says "dubious ownership"
says "safe.directory"

# From a hook, whose variables name its own repository; with nowhere to put files for a while.
GIT_DIR=$work/nowhere GIT_WORK_TREE=$work GIT_INDEX_FILE=$work/index gate main
ends_with 0
TMPDIR=$work/nowhere gate main
ends_with 2
says "TMPDIR is '$work/nowhere', which is no folder that can be written: unset it, or name another."

# A history that is not there.
cp "$TANDEM_SOURCE/ci/history" "$project/ci"
status=0
"$project/ci/history" "$work/history.jsonl" >"$work/output" 2>&1 </dev/null || status=$?
ends_with 2
says "ci/gate --history $work/history.jsonl begins one"

# A cache that cannot be written.
TANDEM_GATE_CACHE=/proc/nowhere gate main
ends_with 2
says "No verdict:"
