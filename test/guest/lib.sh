# shellcheck shell=bash
# Sourced by the scripts of this folder.

shopt -s inherit_errexit # a failure within $(...) counts

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck disable=SC2034 # used by those who source this
build=$(cd "$here/../.." && pwd)/build/guest

die() {
  echo "$(basename "$0"): $*" >&2
  exit 1
}

say() {
  printf '%6ds  %s\n' "$SECONDS" "$*" >&2
}

need() {
  local command
  for command; do
    command -v "$command" >/dev/null || die "no $command on this machine: run $here/install.sh"
  done
}

# packages FILE: its package names, separated by commas.
packages() {
  grep -Ev '^(#|$)' "$1" | paste -sd,
}

# digest PATH...: one short hash of the contents, names and modes of files and folders.
digest() {
  tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -cf - "$@" | sha256sum | cut -c1-12
}

# debian_source: the file with the machine's own Debian source. It is read when it is needed
# and never becomes part of an image.
debian_source() {
  local file
  for file in /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list; do
    [[ ! -s $file ]] || { echo "$file"; return; }
  done
  die "no Debian package source in /etc/apt"
}
