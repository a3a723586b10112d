#!/usr/bin/env bash
# The commands of the README on systems that this one is not: each gets a PATH of stand-ins that write down how they
# were called. Nothing is installed, and only the last part configures the project.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
project="$work/a folder"
mkdir -p "$project/elsewhere"
mkdir "$project/models"
cp -R "$TANDEM_SOURCE/ci" "$project"
for file in "$TANDEM_SOURCE"/{impl/*/packages,problems/*/fetch.sh}; do
  mkdir -p "$project/$(dirname "${file#"$TANDEM_SOURCE/"}")"
  cp "$file" "$project/${file#"$TANDEM_SOURCE/"}"
done
cp -R "$TANDEM_SOURCE/models/kjv" "$project/models"
unset CI CXX TANDEM_PRESET
export CALLS=$work/calls FAKE_ROOT_ID=0

fail() { echo "FAILED: $*" >&2; echo "--- output:" >&2; cat "$work/output" >&2; exit 1; }

# Runs a command from another folder with the stand-ins alone as PATH; its output and its status are kept.
run() {
  : >"$CALLS"
  status=0
  (cd "$project/elsewhere" && PATH=$work/bin "$@") >"$work/output" 2>&1 </dev/null || status=$?
}
says() { grep -qF -- "$1" "$work/output" || fail "the output lacks: $1"; }
called() { grep -qF -- "$1" "$CALLS" || fail "never called: $1 (but: $(tr '\n' ';' <"$CALLS"))"; }
never_called() { ! grep -q -- "^$1 " "$CALLS" || fail "called: $1"; }

# A stand-in writes down its name and arguments, then does what its body says.
stand_in() { printf '#!/bin/bash\necho "%s $*" >>"$CALLS"\n%s\n' "$1" "$2" >"$work/bin/$1" && chmod +x "$work/bin/$1"; }

# A system with the tools that the scripts take for granted, and a build that makes a stand-in of tandem.
new_system() {
  rm -rf "${work:?}/bin" "${project:?}/build"
  mkdir "$work/bin"
  local tool
  for tool in bash env cat dirname nproc awk mkdir chmod rm mv cp gzip mktemp sed head sort find wc sha256sum cut realpath tar; do
    ln -s "$(command -v $tool)" "$work/bin/$tool"
  done
  stand_in id 'echo "$FAKE_ROOT_ID"'
  stand_in cmake "case \$1 in --build) mkdir -p \"\$2\"; printf '#!/bin/bash\necho tandem \"\$@\"; exit 5' >\"\$2/tandem\";
                  chmod +x \"\$2/tandem\";; esac"
  stand_in ctest 'exit 7'
  stand_in ninja ''
  stand_in g++ ''
  stand_in pkg-config ''
}
with_apt() {
  stand_in dpkg 'echo amd64'
  stand_in apt-get 'case "$*" in *" install "*) echo installed >"$CALLS.installed" ;;
    *" download "*) [ ! -e "$CALLS.offline" ] || { echo "no route to any mirror" >&2; exit 100; }
      while [ "$1" != download ]; do shift; done
      for package in "${@:2}"; do : >"${package}_1_all.deb"; done ;; esac'
  stand_in dpkg-deb 'case $2 in
    */python3-jieba_1_all.deb) file=usr/lib/python3/dist-packages/jieba/lac_small/word.dic ;;
    */debian-reference-zh-cn_1_all.deb) file=usr/share/${CHINESE:-debian-reference}/debian-reference.zh-cn.txt ;;
    */python3-sklearn_1_all.deb) file=usr/lib/python3/dist-packages/sklearn/datasets/data/digits.csv ;;
    */bible-kjv_1_all.deb) file=usr/bin/bible ;; *) file=usr/lib/bible.data ;; esac
    mkdir -p "$3/${file%/*}" && echo text >"$3/$file" && case $file in *.txt | *.csv) gzip "$3/$file" ;; esac
    if [ "$file" = usr/bin/bible ]; then cp "$CALLS.bible" "$3/$file" && chmod +x "$3/$file"; fi'
  stand_in npm 'mkdir -p package/bins/linux-x64 package/data && echo library >package/bins/linux-x64/libggml-base.so &&
    printf "%s\n" "name,city,latitude,longitude" "\"A, B\",C,1.5,-2.5" >package/data/airports.csv &&
    tar -czf package.tgz package && rm -r package'
  printf '#!/bin/bash\nfor ((i = 0; i < 31102; ++i)); do echo Gen1:1 a verse; done\n' >"$CALLS.bible"
  stand_in dpkg-query 'case $4 in libfmt-dev:* | g++:*) cat "$CALLS.installed" ;; *) echo installed ;; esac'
  rm -f "$CALLS.installed"
}

for command in bench test; do
  new_system
  with_apt
  run "$project/ci/$command" --help
  [ "$status" = 0 ] || fail "ci/$command --help ended with $status"
  says "Usage: ci/$command"
  says "Example"
  [ ! -s "$CALLS" ] || fail "ci/$command --help did something"

  # Two packages are missing and nobody can be asked.
  run "$project/ci/$command"
  [ "$status" = 1 ] || fail "ci/$command ended with $status though packages are missing"
  says "apt-get install g++ libfmt-dev"
  never_called "apt-get"
  never_called "cmake"

  # Allowed to install: exactly these two; the second time nothing.
  run "$project/ci/$command" --yes
  called "install -y --no-install-recommends g++ libfmt-dev"
  called "cmake -S $project --preset release"
  called "download python3-jieba"
  [ -s "$project/build/data/usr/lib/python3/dist-packages/jieba/lac_small/word.dic" ] || fail "ci/$command unpacked no network"
  [ "$(cat "$project/build/data/debian-reference.zh-cn.txt")" = text ] || fail "ci/$command unpacked no text"
  [ "$(cat "$project/build/data/digits.csv")" = text ] || fail "ci/$command unpacked no images of digits"
  [ "$(cat "$project/build/data/airports.csv")" = $'longitude,latitude\n-2.5,1.5' ] || fail "ci/$command wrote no airports"
  [ "$(sort -u "$project/build/data/kjv.txt")" = "a verse" ] || fail "ci/$command wrote no King James Bible"
  if [ "$(uname -m)" = x86_64 ]; then
    called "npm pack --silent @node-llama-cpp/linux-x64@3.22.1"
    [ "$(cat "$project/build/data/llama-3.22.1/libggml-base.so")" = library ] || fail "ci/$command unpacked no ggml"
  fi
  [ -z "$(find "$project/build/data" -name '*.deb')" ] || fail "ci/$command left packages behind"
  run "$project/ci/$command"
  never_called "apt-get"
  never_called "dpkg-deb"
  never_called "npm"
  called "cmake --build $project/build/release"

  # The Chinese text lies where Debian 13 has it.
  rm -rf "$project/build/data"
  CHINESE=doc/debian-reference-common/docs run "$project/ci/$command"
  [ "$(cat "$project/build/data/debian-reference.zh-cn.txt")" = text ] || fail "ci/$command unpacked no text of Debian 13"

  # Without the data it goes on, loudly.
  rm -rf "$project/build/data"
  : >"$CALLS.offline"
  stand_in npm 'echo "no registry"; exit 1'
  run "$project/ci/$command"
  says "no route to any mirror"
  says "python3-jieba could not be downloaded"
  says "There is no LAC network for the reason above"
  says "There is no Chinese text for the reason above"
  says "There is no King James Bible for the reason above"
  says "There are no images of digits for the reason above"
  [ "$(uname -m)" != x86_64 ] || says "There is no ggml for the reason above"
  says "There are no places of airports for the reason above"
  says "WARNING: for the reason above some data is missing"
  called "cmake --build $project/build/release"
  rm "$CALLS.offline"

  # A program of a package that does not start is no failed download, and leaves no empty text.
  printf '#!/bin/bash\necho "libreadline.so.8: cannot open shared object file" >&2\nexit 127\n' >"$CALLS.bible"
  run "$project/ci/$command"
  says "libreadline.so.8: cannot open shared object file"
  says "There is no King James Bible for the reason above"
  says "To try again: $project/problems/support/fetch.sh $project/build/data"
  [ -z "$(find "$project/build/data" -name 'kjv*')" ] || fail "ci/$command left part of a text behind"

  # Neither root nor sudo; then sudo.
  with_apt
  FAKE_ROOT_ID=1000
  run "$project/ci/$command" --yes
  [ "$status" = 1 ] || fail "ci/$command ended with $status without root"
  says "As root, run: apt-get install g++ libfmt-dev"
  stand_in sudo '"$@"'
  CI=true run "$project/ci/$command"
  called "sudo env DEBIAN_FRONTEND=noninteractive apt-get"
  called "install -y --no-install-recommends g++ libfmt-dev"
  FAKE_ROOT_ID=0

  # No apt at all: the packages are named, and it goes on if the tools are there.
  new_system
  run "$project/ci/$command"
  says "No apt-get here"
  says "libhwy-dev"
  called "cmake -S $project --preset release"
  rm "$work/bin/ninja"
  run "$project/ci/$command"
  [ "$status" = 1 ] || fail "ci/$command ended with $status without ninja"
  says "Not found: ninja"
  never_called "cmake"
done

# Another preset has a folder of its own; continuous integration takes the one in which a warning ends the build.
new_system
TANDEM_PRESET=ci run "$project/ci/test"
called "cmake -S $project --preset ci"
called "cmake --build $project/build/ci"
called "ctest --test-dir $project/build/ci"
grep -q '^export TANDEM_PRESET=${TANDEM_PRESET:-ci}$' "$TANDEM_SOURCE/.ci/run" || fail ".ci/run takes another preset"

# For another processor: its compiler, an emulator and its libraries, which dpkg must be told of. What is there for this
# machine is not there for the other.
new_system
with_apt
stand_in dpkg-query 'case $4 in libfmt-dev:* | zlib1g-dev* | *json*:arm64 | *eigen*:arm64 | libhwy-dev:amd64) cat "$CALLS.installed" ;; *) echo installed ;; esac'
run "$project/ci/arm64" --help
[ "$status" = 0 ] || fail "ci/arm64 --help ended with $status"
says "Usage: ci/arm64"
run "$project/ci/arm64"
[ "$status" = 1 ] || fail "ci/arm64 ended with $status though a package is missing"
says "dpkg --add-architecture arm64 && apt-get update && apt-get install libfmt-dev:arm64 zlib1g-dev:arm64"
never_called "apt-get"
! grep -q add-architecture "$CALLS" || fail "dpkg was changed without asking"
run "$project/ci/arm64" --yes -R 'two words'
[ "$status" = 7 ] || fail "ci/arm64 ended with $status, ctest with 7"
called "dpkg --add-architecture arm64"
called "install -y --no-install-recommends libfmt-dev:arm64 zlib1g-dev:arm64"
called "cmake -S $project --preset arm64"
called "cmake --build $project/build/arm64"
called "-R two words"
stand_in dpkg 'echo arm64'
run "$project/ci/arm64"
[ "$status" = 1 ] || fail "ci/arm64 ended with $status on 64-bit Arm"
says "ci/test"

# What is run decides the exit status, and gets the arguments as they were.
new_system
run "$project/ci/test" -R 'two words'
[ "$status" = 7 ] || fail "ci/test ended with $status, ctest with 7"
called "-R two words"
run "$project/ci/bench" 'a filter' --json
[ "$status" = 5 ] || fail "ci/bench ended with $status, tandem with 5"
says "tandem run a filter --json"
stand_in cmake 'exit 3'
run "$project/ci/test"
[ "$status" != 0 ] || fail "ci/test is content though cmake failed"
never_called "ctest"

# A container's limits bound the jobs: half of the memory is in use, of which a part is cache; the strictest level counts.
limited() {
  (meminfo=$work/meminfo control_groups=$work/groups own_groups=$work/own
    . "$TANDEM_SOURCE/ci/setup.sh" && nproc() { echo 64; } && job_count)
}
mkdir -p "$work/groups/box/job"
echo "0::/box/job" >"$work/own"
echo "MemAvailable: $((15 << 20)) kB" >"$work/meminfo"
[ "$(limited)" = 10 ] || fail "$(limited) jobs where 15 GB are free"
echo "100000 100000" >"$work/groups/box/cpu.max"
echo "max 100000" >"$work/groups/box/job/cpu.max"
[ "$(limited)" = 1 ] || fail "$(limited) jobs where a group pays for one core"
echo "6400000 100000" >"$work/groups/box/cpu.max"
echo $((6 << 30)) >"$work/groups/box/job/memory.max"
echo $((4 << 30)) >"$work/groups/box/job/memory.current"
printf 'anon 1\ninactive_file %d\n' $((2 << 30)) >"$work/groups/box/job/memory.stat"
[ "$(limited)" = 2 ] || fail "$(limited) jobs where a group leaves 4 GB"
echo max >"$work/groups/box/job/memory.max"
[ "$(limited)" = 10 ] || fail "a group without limits makes it $(limited) jobs instead of 10"
printf '3:memory:/box\n2:cpu,cpuacct:/\n' >"$work/own"
mkdir -p "$work/groups/memory/box"
echo $((2 << 30)) >"$work/groups/memory/box/memory.limit_in_bytes"
echo $((1 << 20)) >"$work/groups/memory/box/memory.usage_in_bytes"
echo "total_inactive_file 0" >"$work/groups/memory/box/memory.stat"
[ "$(limited)" = 1 ] || fail "$(limited) jobs where version 1 leaves 2 GB"

# Every Debian package that the configuration names is in the list of ci/setup.sh (GCC brings its OpenMP; Clang's is
# for those who choose Clang).
listed=" $(. "$TANDEM_SOURCE/ci/setup.sh" && echo "${packages[*]}") "
named=$(cat "$TANDEM_SOURCE"/{cmake,impl/*}/*.cmake "$TANDEM_SOURCE"/tests/CMakeLists.txt |
  sed -nE 's/^ *tandem_(find\([^ ]*|require\([^ ]* "[^"]*") "?([a-z][^)"]*)"?\)$/\2/p')
[ "$(wc -w <<<"$named")" -gt 10 ] || fail "the packages that the configuration names were not recognised: $named"
for package in $named; do
  [[ $package =~ ^(libgomp1|libomp-dev)$ || $listed == *" $package "* ]] || fail "ci/setup.sh does not list $package"
done

# A package that Debian has from some release on is asked for from there on, and on no other system.
asks_for_onnxruntime() {
  printf '%s\n' "$@" >"$work/os_release"
  [[ " $(os_release=$work/os_release && . "$TANDEM_SOURCE/ci/setup.sh" && echo "${packages[*]}") " == *" libonnxruntime-dev "* ]]
}
! asks_for_onnxruntime ID=debian VERSION_ID=12 || fail "ci/setup.sh asks Debian 12 for a package of 13"
asks_for_onnxruntime ID=debian VERSION_ID=13 || fail "ci/setup.sh does not ask Debian 13 for its ONNX Runtime"
asks_for_onnxruntime ID=debian || fail "ci/setup.sh does not ask sid for its ONNX Runtime"
! asks_for_onnxruntime ID=ubuntu VERSION_ID=24.04 || fail "ci/setup.sh asks another system for a package of Debian 13"

# A missing package ends the configuration with the name of the Debian package that brings it.
for missing in fmt=libfmt-dev hwy=libhwy-dev; do
  if cmake -S "$TANDEM_SOURCE" -B "$work/configured" -G Ninja -DCMAKE_DISABLE_FIND_PACKAGE_${missing%=*}=ON \
    >"$work/output" 2>&1; then
    fail "the project configures without ${missing%=*}"
  fi
  says "${missing%=*} was not found: apt-get install ${missing#*=}"
  rm -rf "$work/configured"
done
