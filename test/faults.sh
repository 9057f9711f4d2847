#!/usr/bin/env bash
# make faults: figures to build/faults.json. Arguments go to the command, for example -every 3. OpenStack is the bed in fake
# mode, which needs root; -cloud vsphere alone needs nothing but Go.
. "$(dirname "$0")/lib.sh"
if [[ " $* " != *' -cloud vsphere '* ]]; then
  need_root
  trap 'test/openstack/down.sh' EXIT
  stage 'bed, fake mode' bed fake --fresh
fi
stage 'faults' go run ./test/faults "$@"
