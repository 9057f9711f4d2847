#!/usr/bin/env bash
# make demo: the main job from nothing. A real OpenStack on loopback, a guest image, and one container host on it.
. "$(dirname "$0")/lib.sh"
need_root
trap 'test/openstack/down.sh' EXIT
export DAVIT_HOME="$PWD/build/demo"

show() {
  printf '\n$ %s\n' "$*"
  PATH="$PWD/bin:$PATH" "$@"
}

stage 'packages' test/setup.sh ssh
stage 'guest image with docker.io' eval 'test/guest/install.sh && test/guest/build.sh --engine docker'
stage 'OpenStack' bed both
stage 'image into the cloud' guests debian-12-docker
show davit create web-1 --driver openstack --cloud bed --image debian-12-docker --network private \
  --floating-pool public --flavor m1.small --disk size_gib=2
show davit ls
show davit ssh web-1 -- docker info --format "'Docker {{.ServerVersion}} on {{.Name}}, data in {{.DockerRootDir}}'"
show davit rm -y web-1
