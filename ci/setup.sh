# shellcheck shell=bash disable=SC2034
# Shared by the scripts of ci/ and .ci/run, which source it: the packages, their installation, and the build.
# Works from any current folder; everything it says goes to the standard error output.

project=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
preset=${TANDEM_PRESET:-release}  # .ci/run takes `ci`, where a warning ends the build
build=$project/build/$preset

# The only list of what the project needs, by Debian's names.
packages=(
  g++ cmake ninja-build pkg-config git ca-certificates
  libbenchmark-dev libgtest-dev libgmock-dev                    # to measure and to test
  libeigen3-dev libtbb-dev libhwy-dev libhwloc-dev              # to compute
  libcli11-dev nlohmann-json3-dev libfmt-dev libxxhash-dev      # to talk, and to name inputs by their hash
  librandom123-dev                                            # to draw random numbers
  libdnnl-dev libsentencepiece-dev libabsl-dev                  # peers: oneDNN, SentencePiece, whose header takes Abseil's
  valgrind                                                      # to count instructions
)
# Packages that are only unpacked: LAC's recurrent network, and a long Chinese text for it.
data_packages=(python3-jieba debian-reference-zh-cn)
data=$project/build/data
format_package=clang-format-14  # for .ci/run alone

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

is_installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

# Installs those of the named packages that are missing; with nothing missing it asks nobody and changes nothing.
install_missing() {
  local package missing=() root_command=()
  for package in "$@"; do
    is_installed "$package" || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0

  if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null; then
      say "Missing: ${missing[*]}"
      say "Neither root nor sudo here. As root, run: apt-get install ${missing[*]}"
      return 1
    fi
    root_command=(sudo)
  fi
  if [ "$assume_yes" != yes ]; then
    say "Missing: ${missing[*]}"
    printf 'Install with apt-get as root? [y/N] ' >&2
    local answer=no
    read -r answer || say "no answer: use --yes where nobody can be asked"
    case $answer in
      y | Y | yes | Yes) ;;
      *) say "Nothing was installed. To do it by hand: apt-get install ${missing[*]}"; return 1 ;;
    esac
  fi

  say "Installing ${missing[*]}"
  local apt=("${root_command[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o Dpkg::Use-Pty=0)
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

# Puts real data below build/data, where the program looks for it: python3-jieba has LAC's network, debian-reference-zh-cn
# a Chinese text, bible-kjv and bible-kjv-text an English one. Needs neither root nor installation; without the data its
# rows are absent, so a failure only warns.
fetch_data() {
  [ -s "$data/kjv.txt" ] || "$project/models/kjv/fetch_text.sh" "$data/kjv.txt" >&2 </dev/null ||
    say "WARNING: the King James Bible could not be downloaded: whatever needs it is left out."
  local text=$data/debian-reference.zh-cn.txt lac=$data/usr/lib/python3/dist-packages/jieba/lac_small/word.dic
  [ ! -s "$text" ] || [ ! -s "$lac" ] || return 0
  if unpack_data "$text" && [ -s "$lac" ]; then
    say "Data in $data"
  else
    say "WARNING: ${data_packages[*]} could not be downloaded: whatever needs them is left out."
  fi
}

unpack_data() (
  command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null && mkdir -p "$data" || return 1
  say "Downloading ${data_packages[*]} into $data"
  local package sandbox=()
  # Without it apt warns that its own user cannot write here.
  [ "$(id -u)" != 0 ] || sandbox=(-o APT::Sandbox::User=root)
  rm -f "$data"/*.deb
  cd "$data" || return 1
  # A fresh image may have no lists of packages yet; only root can fetch them.
  apt-get -q "${sandbox[@]}" download "${data_packages[@]}" >&2 </dev/null || {
    [ "$(id -u)" = 0 ] && apt-get -q update >&2 </dev/null &&
      apt-get -q "${sandbox[@]}" download "${data_packages[@]}" >&2 </dev/null
  } || return 1
  for package in "${data_packages[@]}"; do
    dpkg-deb -x "$data/$package"_*.deb "$data" && rm "$data/$package"_*.deb || return 1
  done
  # Under another name first: the text's being there says that all is done. Debian 13 keeps it with the documents.
  local packed=usr/share/debian-reference/debian-reference.zh-cn.txt.gz
  [ -e "$packed" ] || packed=usr/share/doc/debian-reference-common/docs/debian-reference.zh-cn.txt.gz
  gzip -dc "$packed" >"$1.part" && mv "$1.part" "$1"
)

# As many compilations as cores, and no more than memory holds at 1.5 GB each.
job_count() {
  local cores memory=0 limit
  cores=$(nproc 2>/dev/null || getconf _NPROCESSORS_ONLN)
  [ ! -r /proc/meminfo ] || memory=$(awk '/^MemAvailable:/ { printf "%d", $2 / 1024 }' /proc/meminfo)
  limit=$((memory / 1536))
  [ "$memory" -gt 0 ] && [ "$limit" -lt "$cores" ] || limit=$cores
  echo $((limit > 0 ? limit : 1))
}

# Installs, configures and builds the given targets (all without one) as the release preset says.
prepare() {
  require_packages
  fetch_data
  say "Configuring $build"
  cmake -S "$project" --preset "$preset" >&2
  say "Building with $(job_count) jobs"
  cmake --build "$build" --parallel "$(job_count)" "$@" >&2
}
