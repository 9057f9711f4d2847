#!/usr/bin/env bash
# make demo: the main job from nothing. A guest image, a vCenter in a box whose machines boot, one container host on it.
# It ends with nothing left, also when it is interrupted; what a killed one left is cleared by the next.
. "$(dirname "$0")/lib.sh"
need_root
export DAVIT_HOME="$PWD/build/demo"
export PATH="$PWD/bin:$PATH"

# clear_up ends the sandbox with all that runs in it.
clear_up() {
  [ ! -e "$DAVIT_HOME/sandbox" ] || davit sandbox down
  rm -rf "$DAVIT_HOME"
}

show() {
  printf '\n$ %s\n' "$*"
  "$@" 2>&1 | cat # no terminal: each phase keeps its line
}

on_host() { show davit ssh web-1 -- "$*"; }

# fact NAME: what the sandbox says of itself.
fact() { davit sandbox status -o json | sed -n "s/^  \"$1\": \"\\?\\([^\",]*\\).*/\\1/p"; }

# nothing_left fails when a process, an address or a file of the sandbox is still there.
nothing_left() {
  local left=() dir tries=50
  while readlink -q "/proc/$daemon/exe" >/dev/null && [ $((tries--)) -gt 0 ]; do sleep 0.1; done # it may be just ending
  [ $tries -ge 0 ] || left+=("process $daemon")
  while read -r dir; do
    [[ $dir != "$DAVIT_HOME"/* ]] || left+=("a process in $dir")
  done < <(readlink /proc/[0-9]*/cwd)
  ! grep -qF -- "-- ${network%/*}" /proc/net/fib_trie || left+=("addresses of $network")
  [ ! -e "$DAVIT_HOME/sandbox" ] || left+=("$DAVIT_HOME/sandbox")
  printf '\nleft: %s\n' "${left[*]:-nothing}"
  [ ${#left[@]} = 0 ]
}

trap clear_up EXIT
clear_up
stage 'packages' test/setup.sh ssh
stage 'guest image with docker.io' eval 'test/guest/install.sh && test/guest/build.sh --engine docker'
show davit sandbox up --image build/guest/debian-12-docker.qcow2 --mtu 1450
daemon=$(fact pid) network=$(fact network)
# shellcheck disable=SC2016 # shown as it is typed
printf '\n$ eval "$(davit sandbox env)"\n'
eval "$(davit sandbox env --shell sh)"

create=(davit create web-1 --driver vsphere --image debian-12-docker --network guests --disk size_gib=2)
show "${create[@]}" --dry-run | sed 's/^user-data:/& all that cloud-init is told; see davit create --dry-run/; /^user-data:/q'
show "${create[@]}"
show davit ls
on_host docker info --format "'Docker {{.ServerVersion}}, {{.Driver}} in {{.DockerRootDir}}'"
on_host findmnt -o TARGET,SOURCE,SIZE /var/lib/docker
on_host docker network inspect bridge -f "'MTU {{index .Options \"com.docker.network.driver.mtu\"}}'"
# Imported from the guest's own busybox: no registry is needed.
on_host 'tar -C /usr -c bin/busybox | docker import - busybox'
on_host "docker run --rm busybox busybox sh -c 'echo a container on Linux \$(busybox uname -r), MTU \$(busybox cat /sys/class/net/eth0/mtu)'"
show davit rm -y web-1
show davit sandbox status
show davit sandbox down
nothing_left
printf 'demo: %d s\n' "$SECONDS"
