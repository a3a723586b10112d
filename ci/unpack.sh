# shellcheck shell=bash
# Packages of Debian and npm as plain files, not installed: neither root nor room in the system is needed. Sourced by the
# scripts that fetch data: problems/<family>/fetch.sh and those of models/; and by those that fetch a peer.

# unpack_packages FOLDER PACKAGE...: downloads the packages and unpacks them into the folder. Where it cannot, the
# standard error output says why.
unpack_packages() (
  folder=$1
  shift
  if ! command -v apt-get >/dev/null || ! command -v dpkg-deb >/dev/null; then
    echo "There is no apt-get or no dpkg-deb here to unpack $* with." >&2
    return 1
  fi
  mkdir -p "$folder" && downloads=$(mktemp -d) || return 1
  trap 'rm -rf "$downloads"' EXIT
  cd "$downloads" || return 1
  # Without it apt warns that its own user cannot write here.
  sandbox=()
  [ "$(id -u)" != 0 ] || sandbox=(-o APT::Sandbox::User=root)
  download() { apt-get -q "${sandbox[@]}" download "$@" >apt.log 2>&1 </dev/null; }
  # A fresh image may have no lists of packages yet; only root can fetch them.
  download "$@" || { [ "$(id -u)" = 0 ] && apt-get -q update >&2 </dev/null && download "$@"; } || {
    cat apt.log >&2
    echo "$* could not be downloaded ('apt-get update' may help)." >&2
    return 1
  }
  cd - >/dev/null || return 1
  for package in "$downloads"/*.deb; do
    dpkg-deb -x "$package" "$folder" || { echo "${package##*/} could not be unpacked into $folder." >&2; return 1; }
  done
)

# unpack_file FILE PACKAGE NAME: writes the file NAME.gz that lies somewhere in the package, without its compression; where
# it lies differs between releases. Leaves no part of a file behind.
unpack_file() (
  work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT && unpack_packages "$work" "$2" && mkdir -p "${1%/*}" || return 1
  find "$work" -name "$3.gz" -exec gzip -dc {} \; >"$work/file" && [ -s "$work/file" ] && mv "$work/file" "$1" || {
    echo "The package $2 has no file $3.gz." >&2
    return 1
  }
)

# unpack_npm FOLDER PACKAGE VERSION [FOLDER_INSIDE]: the package's files, or those of a folder in it, and nothing that it
# depends on. Leaves no part of it behind.
unpack_npm() (
  command -v npm >/dev/null || { echo "There is no npm here to bring $2 with." >&2; return 1; }
  work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT || return 1
  (cd "$work" && npm pack --silent "$2@$3" >npm.log 2>&1 </dev/null) || {
    cat "$work/npm.log" >&2
    echo "$2 could not be downloaded." >&2
    return 1
  }
  mkdir -p "${1%/*}" && tar -xzf "$work"/*.tgz -C "$work" && mv "$work/package${4:+/$4}" "$1" || {
    echo "$2 could not be unpacked into $1." >&2
    return 1
  }
)
