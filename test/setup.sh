#!/usr/bin/env bash
# Brings what the tests call: setup.sh cloud-init|docker|ssh|shellcheck|storage...
# cloud-init and the docker client are unpacked below build/, not installed: services have no business on this machine.
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

# unpacked PACKAGE: its files below build/PACKAGE, whose path it prints.
unpacked() {
  local dir=build/$1
  if [ ! -d "$dir" ]; then
    apt-cache show "$1" >/dev/null 2>&1 || root apt-get -o DPkg::Lock::Timeout=600 update -qq
    rm -rf "$dir.part" && mkdir -p "$dir.part"
    (cd "$dir.part" && apt-get download -qq -o APT::Sandbox::User=root "$1" && dpkg -x "$1"_*.deb . && rm "$1"_*.deb) >&2
    mv "$dir.part" "$dir"
  fi
  echo "$PWD/$dir"
}

# The client alone: the package of Debian 12 and Ubuntu has the daemon in it too.
docker_client() {
  command -v docker >/dev/null && return
  local dir
  dir=$(unpacked docker.io)
  install -D "$dir/usr/bin/docker" build/tools/docker
}

cloud_init() {
  packages python3 python3-configobj python3-jinja2 python3-jsonpatch python3-jsonschema python3-netifaces \
    python3-oauthlib python3-requests python3-yaml
  local dir tool=build/tools/cloud-init
  [ -x "$tool" ] && return
  dir=$(unpacked cloud-init)
  mkdir -p build/tools
  printf '#!/bin/sh\nPYTHONPATH="%s" exec /usr/bin/python3 -m cloudinit.cmd.main "$@"\n' \
    "$dir/usr/lib/python3/dist-packages" >"$tool"
  chmod +x "$tool"
}

for what in "$@"; do
  case $what in
    cloud-init) cloud_init ;;
    docker) docker_client ;;
    ssh) packages openssh-client ;;
    shellcheck) packages shellcheck ;;
    storage) packages e2fsprogs gdisk lvm2 cryptsetup-bin xfsprogs util-linux fdisk ;;
    *) echo "setup.sh: unknown: $what" >&2; exit 2 ;;
  esac
done
