#!/usr/bin/env bash
# tree.sh OUT.tar PACKAGES [BASE.tar]
# Makes a root file system of Debian packages: from nothing, or on top of an earlier one.
set -euo pipefail
# shellcheck source=lib.sh
source "$(dirname "$0")/lib.sh"

out=$1 list=$2 base=${3:-}
need mmdebstrap
source=$(debian_source)

# shellcheck disable=SC2016 # hooks are given the tree as their own $1
options=(
  --mode=root --architectures=amd64 --format=tar
  --aptopt='APT::Install-Recommends "false"'
  --include="$(packages "$list")"
  # mmdebstrap's own files name the machine's package source.
  --customize-hook='rm -rf "$1"/etc/apt/sources.list "$1"/etc/apt/sources.list.d/*'
  --customize-hook='rm -f "$1"/etc/apt/apt.conf.d/99mmdebstrap "$1"/etc/dpkg/dpkg.cfg.d/99mmdebstrap'
)
if [[ $base ]]; then
  options+=(--variant=custom --setup-hook="tar -C \"\$1\" --numeric-owner --xattrs --xattrs-include='*' -xf '$base'")
else
  # In place before the first package, so that the first initramfs is already the small one.
  options+=(--variant=minbase --setup-hook="cp -r '$here/first/.' \"\$1\"")
fi
mmdebstrap "${options[@]}" bookworm "$out.part" "$source"
mv "$out.part" "$out"
