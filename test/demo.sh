#!/usr/bin/env bash
# make demo: the main job from nothing. A guest image, a vCenter in a box whose machines boot, one container host on it.
# It ends with nothing left, also when it is interrupted; what a killed one left is cleared by the next.
. "$(dirname "$0")/lib.sh"
need_root
export DAVIT_HOME="$PWD/build/demo"
export PATH="$PWD/bin:$PATH"

# clear ends the sandbox with all that runs in it.
clear() {
  davit sandbox down 2>/dev/null
  rm -rf "$DAVIT_HOME"
}

show() {
  printf '\n$ %s\n' "$*"
  "$@" 2>&1 | cat # no terminal: each phase keeps its line
}

# plan is all of the plan but the user-data, which is long.
plan() {
  show "$@" --dry-run | sed '/^user-data:/,$d'
}

# container imports an image, as no registry is needed for that, and says what it sees.
container() {
  show davit ssh web-1 -- 'mkdir -p r/bin && cp $(command -v busybox) r/bin/ && tar -C r -c . | docker import - busybox'
  show davit ssh web-1 -- docker run --rm busybox /bin/busybox sh -c \
    "'echo a container on Linux \$(busybox uname -r), MTU \$(busybox cat /sys/class/net/eth0/mtu)'"
}

# nothing_left fails when a process, an address or a file of the sandbox is still there.
nothing_left() {
  local daemon=$1 network=$2 left=()
  [ ! -e "/proc/$daemon" ] || left+=("process $daemon")
  while read -r dir; do
    [[ $dir != "$DAVIT_HOME"/* ]] || left+=("process in $dir")
  done < <(readlink /proc/[0-9]*/cwd)
  ! grep -qF -- "-- ${network%/*}" /proc/net/fib_trie || left+=("addresses $network")
  [ ! -e "$DAVIT_HOME/sandbox" ] || left+=("$DAVIT_HOME/sandbox")
  printf '\nleft: %s\n' "${left[*]:-nothing}"
  [ ${#left[@]} = 0 ]
}

trap clear EXIT
clear
stage 'packages' test/setup.sh ssh
stage 'guest image with docker.io' eval 'test/guest/install.sh && test/guest/build.sh --engine docker'
show davit sandbox up --image build/guest/debian-12-docker.qcow2 --mtu 1450
show davit sandbox status
fact() { davit sandbox status -o json | sed -n "s/.*\"$1\": \"\\?\\([^\",]*\\).*/\\1/p"; }
daemon=$(fact pid) network=$(fact network)
printf '\n$ eval "$(davit sandbox env)"\n'
eval "$(davit sandbox env --shell sh)"

host=(davit create web-1 --driver vsphere --image debian-12-docker --network guests --disk size_gib=2)
plan "${host[@]}"
show "${host[@]}"
show davit ls
show davit ssh web-1 -- docker info --format "'Docker {{.ServerVersion}} on {{.Name}}, data in {{.DockerRootDir}}'"
show davit ssh web-1 -- findmnt -o TARGET,SOURCE,SIZE /var/lib/docker
show davit ssh web-1 -- docker network inspect bridge -f "'MTU {{index .Options \"com.docker.network.driver.mtu\"}}'"
container
show davit rm -y web-1
show davit sandbox down
nothing_left "$daemon" "$network"
printf 'demo: %d s\n' "$SECONDS"
