#!/usr/bin/env bash
# Brings what the tests call: setup.sh cloud-init|ssh|shellcheck...
# cloud-init is unpacked below build/, not installed: its services have no business on this machine.
set -euo pipefail
cd "$(dirname "$0")/.."

root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

packages() {
  local missing=() p
  for p in "$@"; do
    dpkg-query -W -f '${Status}\n' "$p" 2>/dev/null | grep -q 'ok installed' || missing+=("$p")
  done
  [ ${#missing[@]} = 0 ] && return
  echo "installing ${missing[*]}" >&2
  root apt-get -o DPkg::Lock::Timeout=600 update -qq
  root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

cloud_init() {
  packages python3 python3-configobj python3-jinja2 python3-jsonpatch python3-jsonschema python3-netifaces \
    python3-oauthlib python3-requests python3-yaml
  local dir=build/cloud-init tool=build/tools/cloud-init
  [ -x "$tool" ] && return
  apt-cache show cloud-init >/dev/null 2>&1 || root apt-get -o DPkg::Lock::Timeout=600 update -qq
  mkdir -p "$dir" build/tools
  (cd "$dir" && apt-get download -qq -o APT::Sandbox::User=root cloud-init && dpkg -x cloud-init_*.deb .)
  printf '#!/bin/sh\nPYTHONPATH="%s" exec /usr/bin/python3 -m cloudinit.cmd.main "$@"\n' \
    "$PWD/$dir/usr/lib/python3/dist-packages" >"$tool"
  chmod +x "$tool"
}

for what in "$@"; do
  case $what in
    cloud-init) cloud_init ;;
    ssh) packages openssh-client ;;
    shellcheck) packages shellcheck ;;
    *) echo "setup.sh: unknown: $what" >&2; exit 2 ;;
  esac
done
