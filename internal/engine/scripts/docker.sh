#!/bin/sh
# Configures Docker and starts it, with everything in place that gate.sh waits for.
# usage: docker.sh [LOGIN-USER]
set -eu
folder=/var/lib/davit
act=restart
journal() { [ -z "${DAVIT_JOURNAL-}" ] || sh "$DAVIT_JOURNAL" "$@"; } # on a machine that was there before
fail() {
  echo "davit: $*" >&2
  exit 1
}

# configure takes the daemon.json that this version understands; default-network-opts came with 24.
configure() {
  version=$(dockerd --version | sed -n 's/^[^0-9]*\([0-9]*\).*/\1/p')
  wanted=$folder/daemon.json
  [ "${version:-0}" -lt 24 ] || wanted=$folder/daemon-24.json
  if [ -n "${DAVIT_JOURNAL-}" ]; then
    journal file /etc/docker/daemon.json
    ! cmp -s $wanted /etc/docker/daemon.json || act=start
  elif [ -e /etc/docker/daemon.json ] && ! cmp -s $wanted /etc/docker/daemon.json; then
    [ -e /etc/docker/daemon.json.image ] || cp -p /etc/docker/daemon.json /etc/docker/daemon.json.image
    echo "davit: the image's daemon.json is replaced and kept as daemon.json.image" >&2
  fi
  mkdir -p /etc/docker
  install -m 644 $wanted /etc/docker/daemon.json
}

admit() {
  getent passwd "$1" >/dev/null || fail "the login user $1 doesn't exist: set user to one that the image has"
  journal group docker
  journal member "$1" docker
  getent group docker >/dev/null || groupadd --system docker
  usermod --append --groups docker "$1"
}

start() {
  [ -n "${DAVIT_JOURNAL-}" ] || cat /var/lib/cloud/data/instance-id >$folder/ready # see gate.sh
  journal starts docker.socket docker.service containerd.service
  systemctl daemon-reload # new mounts, and units that came with a package
  systemctl --quiet is-enabled docker.service || systemctl --quiet enable docker.service
  systemctl $act docker.service && docker info >/dev/null && return
  journalctl --no-pager --lines=20 --unit=docker.service --unit=containerd.service >&2 || :
  fail "docker doesn't start; its last lines are above"
}

configure
[ $# -eq 0 ] || admit "$1"
start
