#!/usr/bin/env bash
# make faults: figures to build/faults.json, on the bed in fake mode. Arguments go to the command, for example -every 3.
. "$(dirname "$0")/lib.sh"
need_root
trap 'test/openstack/down.sh' EXIT
stage 'bed, fake mode' bed fake --fresh
stage 'faults' go run ./test/faults "$@"
