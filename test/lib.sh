# shellcheck shell=bash
# What the entry points share. Sourced, from the root of the repository.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export PATH="$PWD/build/tools:$PATH"
export OS_CLIENT_CONFIG_FILE="$PWD/build/openstack/clouds.yaml"

need_root() {
  [ "$(id -u)" = 0 ] && return
  echo "$0 needs root: it starts an OpenStack and boots guests" >&2
  exit 2
}

# stage NAME COMMAND...: says what runs and how long it took.
stage() {
  local name=$1 from=$SECONDS
  shift
  printf '== %s\n' "$name"
  "$@"
  printf '   %s: %d s\n' "$name" $((SECONDS - from))
}

bed() { test/openstack/up.sh --mode "$@"; }

# guests of both variants, known to the bed by the names of their files
guests() {
  local variant
  for variant in "$@"; do
    test/openstack/image.sh "$variant" "build/guest/$variant.qcow2"
  done
}
