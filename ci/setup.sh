# shellcheck shell=bash disable=SC2034
# Shared by the scripts of ci/ and .ci/run, which source it: the packages, their installation, and the build.
# Works from any current folder; everything it says goes to the standard error output.

project=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
preset=${TANDEM_PRESET:-release}  # .ci/run takes `ci`, where a warning ends the build
build=$project/build/$preset
. "$project/ci/unpack.sh"

# A hook of git sets variables that would send git to another repository than this one (GIT_DIR, GIT_INDEX_FILE, ...).
while read -r variable; do
  [[ $variable == GIT_CONFIG* ]] || unset "$variable"
done < <(git rev-parse --local-env-vars 2>/dev/null)

# Compilers and mktemp say little about a TMPDIR that does not exist.
if [ -n "${TMPDIR:-}" ] && { [ ! -d "$TMPDIR" ] || [ ! -w "$TMPDIR" ]; }; then
  printf '%s\n' "TMPDIR is '$TMPDIR', which is no folder that can be written: unset it, or name another." >&2
  exit 2
fi

# What every part of the project needs, by Debian's names. What one family needs beside these, for the most part the
# libraries that it races against, is in impl/<family>/packages, one a line; "headers" behind a name says that it has
# headers alone, which serve every architecture, "from 13" that Debian has it from that release on.
header_packages=(libeigen3-dev libcli11-dev librandom123-dev libkainjow-mustache-dev nlohmann-json3-dev)
packages=(
  g++ cmake ninja-build pkg-config git ca-certificates "${header_packages[@]}"
  libbenchmark-dev libgtest-dev libgmock-dev        # to measure and to test
  libtbb-dev libhwy-dev libhwloc-dev                # to compute
  libfmt-dev libxxhash-dev                          # to talk, and to name inputs by their hash
  zlib1g-dev                                        # to pack results into their page
  valgrind                                          # to count instructions
)
# Debian's release; nothing on other systems, and more than any where it has no number yet.
debian_release() { (. "${os_release:-/etc/os-release}" && [ "$ID" = debian ] && echo "${VERSION_ID:-999}") 2>/dev/null; }
release=$(debian_release) || release=0
while read -r package mark first_release; do
  [ "$mark" != from ] || [ "$release" -ge "$first_release" ] || continue
  [[ " ${packages[*]} " == *" $package "* ]] || packages+=("$package")
  [ "$mark" != headers ] || header_packages+=("$package")
done < <(sed -s 's/ *#.*//; /^$/d' "$project"/impl/*/packages)
data=$project/build/data
format_package=clang-format-14  # for .ci/run alone

# Has the rest of this file build for 64-bit Arm instead: with the cross compiler, and with the same libraries for arm64,
# but for those that are headers alone and serve every architecture. Valgrind counts no other machine's instructions.
choose_arm64() {
  local package chosen=(g++-aarch64-linux-gnu qemu-user-static libgomp1:arm64)
  for package in "${packages[@]}"; do
    case $package in
      g++ | valgrind) ;;
      *-dev) [[ " ${header_packages[*]} " == *" $package "* ]] && chosen+=("$package") || chosen+=("$package:arm64") ;;
      *) chosen+=("$package") ;;
    esac
  done
  packages=("${chosen[@]}")
  preset=arm64
  CXX=aarch64-linux-gnu-g++
  build=$project/build/$preset
}

assume_yes=no
[ "${CI:-}" != true ] || assume_yes=yes

say() { printf '%s\n' "$*" >&2; }

# Reads the options that ci/bench and ci/test have in common and leaves the rest in the array `arguments`.
# Needs a function `usage`.
read_options() {
  while [ $# -gt 0 ]; do
    case $1 in
      -h | --help) usage; exit 0 ;;
      -y | --yes) assume_yes=yes ;;
      *) break ;;
    esac
    shift
  done
  arguments=("$@")
}

# Whether a package is there for the architecture that its name ends with, or else for this machine's. Headers alone may
# be of none.
is_installed() {
  local architecture=${1#"${1%:*}"}
  for architecture in "${architecture:-:$(dpkg --print-architecture)}" :all; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "${1%:*}$architecture" 2>/dev/null)" != installed ] || return 0
  done
  return 1
}

# Installs those of the named packages that are missing; with nothing missing it asks nobody and changes nothing.
install_missing() {
  local package missing=() root_command=() by_hand
  for package in "$@"; do
    is_installed "$package" || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  by_hand="apt-get install ${missing[*]}"
  [[ $by_hand != *:arm64* ]] || by_hand="dpkg --add-architecture arm64 && apt-get update && $by_hand"

  if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null; then
      say "Missing: ${missing[*]}"
      say "Neither root nor sudo here. As root, run: $by_hand"
      return 1
    fi
    root_command=(sudo)
  fi
  if [ "$assume_yes" != yes ]; then
    say "Missing: ${missing[*]}"
    [[ $by_hand != *:arm64* ]] || say "Before these: dpkg --add-architecture arm64"
    printf 'Install with apt-get as root? [y/N] ' >&2
    local answer=no
    read -r answer || say "no answer: use --yes where nobody can be asked"
    case $answer in
      y | Y | yes | Yes) ;;
      *) say "Nothing was installed. To do it by hand: $by_hand"; return 1 ;;
    esac
  fi

  say "Installing ${missing[*]}"
  local apt=("${root_command[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o Dpkg::Use-Pty=0)
  [[ $by_hand != *:arm64* ]] || "${root_command[@]}" dpkg --add-architecture arm64 || return
  "${apt[@]}" update >&2 </dev/null &&
    "${apt[@]}" install -y --no-install-recommends "${missing[@]}" >&2 </dev/null
}

# Without apt the packages are the user's to install; go on if at least the tools are there, since the configuration
# names the first library that is missing.
require_packages() {
  if command -v apt-get >/dev/null && command -v dpkg-query >/dev/null; then
    install_missing "${packages[@]}"
    return
  fi
  say "No apt-get here. Tandem needs what Debian calls: ${packages[*]}"
  local tool absent=()
  for tool in cmake ninja "${CXX:-g++}" pkg-config; do
    command -v "$tool" >/dev/null || absent+=("$tool")
  done
  [ ${#absent[@]} = 0 ] || { say "Not found: ${absent[*]}. Install these packages and run the same command again."; return 1; }
}

# Puts real data below build/data, where the program looks for it: each problems/<family>/fetch.sh brings what its family
# reads. Needs neither root nor installation; without the data its rows are absent, so a failure only warns.
fetch_data() {
  local script
  for script in "$project"/problems/*/fetch.sh; do
    "$script" "$data" >&2 </dev/null || {
      say "WARNING: for the reason above some data is missing; what needs it is left out."
      say "         To try again: $script $data"
    }
  done
}

# Where the system says how much memory is free, where control groups are, and which this process is in; tests name
# others.
meminfo=${meminfo:-/proc/meminfo}
control_groups=${control_groups:-/sys/fs/cgroup}
own_groups=${own_groups:-/proc/self/cgroup}

# Calls "$2 FOLDER" for every control group with the controller $1 that this process is in, innermost first. Of version 2
# all controllers share a folder.
for_each_group() {
  local controller=$1 visit=$2 controllers group mount
  [ -r "$own_groups" ] || return 0
  while IFS=: read -r _ controllers group; do
    case ,$controllers, in
      ,,) mount=$control_groups ;;
      *,"$controller",*) mount=$control_groups/$controller ;;
      *) continue ;;
    esac
    while :; do
      "$visit" "$mount$group"
      [ -n "${group%/}" ] || break
      group=${group%/*}
    done
  done <"$own_groups"
}

# The first of the named files that can be read.
first_of() {
  local file
  for file in "$@"; do
    [ ! -r "$file" ] || { cat "$file" && return; }
  done
}

# Lowers `memory` (MB) to what the group leaves, with what its caches would give back.
memory_of_group() {
  local limit used cache left
  limit=$(first_of "$1/memory.max" "$1/memory.limit_in_bytes")
  [[ $limit =~ ^[0-9]+$ ]] || return 0
  used=$(first_of "$1/memory.current" "$1/memory.usage_in_bytes")
  cache=$(first_of "$1/memory.stat" | awk '/^(total_)?inactive_file / { bytes = $2 } END { printf "%d", bytes }')
  left=$(((limit - used + cache) / 1048576))
  [ "$left" -ge "$memory" ] || memory=$left
}

# Lowers `cores` to what the group pays for.
cores_of_group() {
  local quota period
  if [ -r "$1/cpu.max" ]; then
    read -r quota period <"$1/cpu.max"
  else
    quota=$(first_of "$1/cpu.cfs_quota_us")
    period=$(first_of "$1/cpu.cfs_period_us")
  fi
  [[ $quota =~ ^[0-9]+$ && $period =~ ^[1-9][0-9]*$ ]] || return 0
  [ $((quota / period)) -ge "$cores" ] || cores=$((quota / period))
}

# As many compilations as cores, and no more than memory holds at 1.5 GB each; a container's limits count.
job_count() {
  local cores memory jobs
  cores=$(nproc 2>/dev/null || getconf _NPROCESSORS_ONLN)
  memory=$(awk '/^MemAvailable:/ { megabytes = $2 / 1024 } END { printf "%d", megabytes }' "$meminfo" 2>/dev/null) || true
  [ "${memory:-0}" -gt 0 ] || memory=$((cores * 1536))
  for_each_group cpu cores_of_group
  for_each_group memory memory_of_group
  jobs=$((memory / 1536 < cores ? memory / 1536 : cores))
  echo $((jobs > 0 ? jobs : 1))
}

# Installs, configures and builds the given targets (all without one) as the preset says.
prepare() {
  require_packages
  fetch_data
  say "Configuring $build"
  cmake -S "$project" --preset "$preset" >&2
  say "Building with $(job_count) jobs"
  cmake --build "$build" --parallel "$(job_count)" "$@" >&2
}
