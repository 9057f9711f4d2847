#!/usr/bin/env bash
# Installs the Debian packages that build.sh and boot.sh need on the host.
set -euo pipefail

packages=(
  mmdebstrap  # the root file system, from packages alone
  extlinux    # boot loader: one small file in the guest, nothing to configure
  fdisk e2fsprogs qemu-utils
  qemu-system-x86 seabios
  genisoimage # NoCloud seeds
  openssh-client
)

missing=()
for package in "${packages[@]}"; do
  [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || missing+=("$package")
done
((${#missing[@]})) || exit 0

[[ $(id -u) == 0 ]] || { echo "install.sh: ${missing[*]} missing: run it as root" >&2; exit 1; }
export DEBIAN_FRONTEND=noninteractive
# Others may hold dpkg's lock: wait for them rather than fail.
apt=(apt-get -q -o DPkg::Lock::Timeout=600)
"${apt[@]}" update
"${apt[@]}" install -y --no-install-recommends "${missing[@]}"
