#!/usr/bin/env bash
# check.sh ROOT
# Fails when a root file system holds something of the machine that built it.
set -euo pipefail
# shellcheck source=lib.sh
source "$(dirname "$0")/lib.sh"

root=$1
findings=()

[[ ! -s $root/etc/machine-id ]] || findings+=("etc/machine-id is not empty")
[[ $(readlink "$root/etc/resolv.conf") == ../run/systemd/* ]] || findings+=("etc/resolv.conf is the machine's")
diff -r "$here/overlay/etc/apt/sources.list.d" "$root/etc/apt/sources.list.d" >&2 || findings+=("etc/apt/sources.list.d is not the overlay's")
while IFS= read -r file; do
  findings+=("$file should not be there")
done < <(find "$root"/etc/{ssh/ssh_host_*,.resolv.conf*} "$root"/etc/apt/sources.list "$root"/var/lib/apt/lists/*_* 2>/dev/null)

# Debian's public names are in its packages; any other name of a package source or proxy is a leak.
while IFS= read -r host; do
  ! grep -rqF -- "$host" "$root"/{etc,var/lib/apt,var/lib/cloud,var/log,root} 2>/dev/null || findings+=("it names $host")
done < <(
  { cat "$(debian_source)"; apt-config dump Acquire; env; } |
    grep -oE '(http|https|ftp)://[^/: "]+' | sed 's,.*[/@],,' | grep -Ev '(^|\.)debian\.org$' | sort -u
)

((!${#findings[@]})) || die "$(printf '%s; ' "${findings[@]}")"
