#!/usr/bin/env bash
# make bench: figures to build/bench.json. Arguments go to the command, for example -n 1,10. OpenStack is the bed in fake
# mode, which needs root; -cloud vsphere alone needs nothing but Go.
. "$(dirname "$0")/lib.sh"
if [[ " $* " != *' -cloud vsphere '* ]]; then
  need_root
  trap 'test/openstack/down.sh' EXIT
  stage 'bed, fake mode' bed fake --fresh
fi
stage 'bench' go run ./test/bench "$@"
