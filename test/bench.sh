#!/usr/bin/env bash
# make bench: figures to build/bench.json, on the bed in fake mode. Arguments go to the command, for example -n 1,10.
. "$(dirname "$0")/lib.sh"
need_root
trap 'test/openstack/down.sh' EXIT
stage 'bed, fake mode' bed fake --fresh
stage 'bench' go run ./test/bench "$@"
