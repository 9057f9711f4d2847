#!/usr/bin/env bash
# Prints the accelerator QEMU can really use on this machine: kvm or tcg.
#
# /dev/kvm may be there, and the firmware run, and a guest still hang for ever. So the kernel of
# build.sh is started under KVM: it must get as far as not finding a disk.
set -euo pipefail
# shellcheck source=lib.sh
source "$(dirname "$0")/lib.sh"

kernel=$build/vmlinuz
known=$build/cache/accel-$(</proc/sys/kernel/random/boot_id)
need qemu-system-x86_64

kvm_works() {
  [[ -w /dev/kvm && -e $kernel ]] || return
  timeout 15 qemu-system-x86_64 -machine pc -accel kvm -cpu host -m 256 -nodefaults -display none -no-reboot \
    -serial stdio -kernel "$kernel" -append 'console=ttyS0 panic=-1' </dev/null 2>/dev/null |
    grep 'Unable to mount root fs' >/dev/null # to its end: -q would break QEMU's pipe
}

if [[ ! -e $known ]]; then
  mkdir -p "$build/cache"
  if kvm_works; then echo kvm; else echo tcg; fi >"$known"
fi
cat "$known"
