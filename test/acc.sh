#!/usr/bin/env bash
# The tests on real parts, from a bare machine: the storage script on real disks, real guests in the sandbox, the
# conformance suite and real guests on a real OpenStack. Ends with the bed and all machines down, whatever happens.
. "$(dirname "$0")/lib.sh"
need_root
acc="$PWD/build/acc" # folders of the tests, so that what a killed one left is found

# machines_down ends sandboxes, and the machine that is there already, of tests that were killed.
machines_down() {
  local sandbox pid=build/guest/run/web-1/pid
  mkdir -p "$acc"
  while read -r sandbox; do
    DAVIT_HOME=$(dirname "$sandbox") bin/davit sandbox down
  done < <(find "$acc" -path '*/sandbox/plan.json' -printf '%h\n')
  if [ -e $pid ] && grep -qzF "/$pid" "/proc/$(<$pid)/cmdline" 2>/dev/null; then kill "$(<$pid)"; fi
  rm -rf --one-file-system "$acc"
  mkdir "$acc"
}

trap 'machines_down || :; test/openstack/down.sh' EXIT
machines_down

# A pattern that meets no test is a mistake, not a success.
gotest() {
  TMPDIR=$acc go test -count=1 -tags acc -timeout 45m "$@" 2>&1 | tee build/gotest.log
  if grep -q 'no tests to run' build/gotest.log; then
    echo "no test matches: $*" >&2
    return 1
  fi
}

stage 'packages' test/setup.sh ssh docker storage
stage 'packages of the bed' test/openstack/install.sh
stage 'packages for guests' test/guest/install.sh
stage 'guest image with docker.io' test/guest/build.sh --engine docker
stage 'guest image without an engine' test/guest/build.sh --engine none
stage 'storage script' gotest -run '^TestAcc' ./internal/engine
stage 'guests of the sandbox' gotest -v -run '^TestGuest$' ./internal/sandbox
stage 'hosts in the sandbox' gotest -v -run '^TestSandbox' ./test/acc
# TestGenericInUse and TestGenericSuite take a guest each for what drivers/generic tests on machines in folders too:
# twenty minutes more, to be run by hand when the driver changes.
stage 'machines that are there already' gotest -v -run '^TestGeneric$' ./test/acc
stage 'bed, fake mode' bed fake --fresh
stage 'conformance on the bed' gotest -run '^TestBed' ./drivers/openstack
stage 'bed, with real guests' bed both
stage 'guest images' guests debian-12-docker debian-12
stage 'real guests' gotest -v -skip '^Test(Sandbox|Generic)' ./test/acc
