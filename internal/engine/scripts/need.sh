#!/bin/sh
# Installs what a command comes with, from the distribution's packages, unless it is there.
# usage: need.sh COMMAND PACKAGE...
set -eu
command=$1
shift
fail() {
  echo "davit: $*" >&2
  exit 1
}
journal() { [ -z "${DAVIT_JOURNAL-}" ] || sh "$DAVIT_JOURNAL" "$@"; } # on a machine that was there before
[ -z "${DAVIT_JOURNAL-}" ] || dpkg --configure -a || : # what an earlier run may have left half done
command -v "$command" >/dev/null && exit 0

# shellcheck disable=SC1091 # the guest's own
system=$(. /etc/os-release && echo "$ID ${ID_LIKE-}: $PRETTY_NAME")
case " ${system%%:*} " in
*" debian "* | *" ubuntu "*) ;;
*) fail "$command is missing, and davit installs on Debian and Ubuntu only, not on${system#*:}: take an image that has $command" ;;
esac

export DEBIAN_FRONTEND=noninteractive
packages() {
  apt-get -q -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 "$@"
}
tries=0
until packages update && journal packages "$@" && packages install -y --no-install-recommends "$@"; do
  tries=$((tries + 1))
  [ $tries -lt 4 ] || fail "$* can't be installed, see above: are the package sources in reach? An image that has $command needs none"
  sleep $((tries * 5))
done
command -v "$command" >/dev/null || fail "$* are installed, but $command is still missing"
