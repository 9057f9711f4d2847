#!/usr/bin/env bash
# Boots an image under plain QEMU, for tests by hand.
set -euo pipefail
# shellcheck source=lib.sh
source "$(dirname "$0")/lib.sh"

usage() {
  cat <<USAGE
usage: boot.sh [options] IMAGE [-- QEMU ARGUMENTS]

  --name NAME        folder of the guest below build/guest/run (default: guest)
  --port PORT        port of 127.0.0.1 that leads to the guest's SSH (default: 2222)
  --user-data FILE   user-data for cloud-init (default: none)
  --data-disk SERIAL add an empty disk of 2 GiB: /dev/disk/by-id/virtio-SERIAL
  --datasource NAME  how cloud-init gets its seed: nocloud (default) or vmware (guestinfo)
  --host-apt         let the guest use this machine's Debian package source
  --memory MIB       (default: 1024)
  --wait             until cloud-init has finished; fails with its verdict

Then: ssh -F build/guest/run/NAME/ssh_config guest
Stop: kill "\$(cat build/guest/run/NAME/pid)"
USAGE
}

name=guest port=2222 user_data=/dev/null serial='' datasource=nocloud host_apt='' memory=1024 wait=''
while (($#)); do
  case $1 in
    --name) name=${2:?--name wants a name}; shift ;;
    --port) port=${2:?--port wants a port}; shift ;;
    --user-data) user_data=${2:?--user-data wants a file}; shift ;;
    --data-disk) serial=${2:?--data-disk wants a serial number}; shift ;;
    --datasource) datasource=${2:?--datasource wants nocloud or vmware}; shift ;;
    --host-apt) host_apt=yes ;;
    --memory) memory=${2:?--memory wants MiB}; shift ;;
    --wait) wait=yes ;;
    -h | --help) usage; exit ;;
    -*) usage >&2; exit 2 ;;
    *) break ;;
  esac
  shift
done
image=${1:-}
[[ $image ]] || { usage >&2; exit 2; }
[[ -f $image ]] || die "no image $image: build.sh makes one"
[[ $datasource == nocloud || $datasource == vmware ]] || die "--datasource: nocloud or vmware, not $datasource"
shift
[[ ${1:-} != -- ]] || shift
need qemu-system-x86_64 qemu-img genisoimage ssh-keygen

run=$build/run/$name
if [[ -e $run/pid ]] && kill -0 "$(<"$run/pid")" 2>/dev/null; then
  die "$name runs already: kill $(<"$run/pid"), or give another --name"
fi
rm -rf "$run"
mkdir -p "$run"

"$here/seed.sh" "$run" "$name" "$port" "$user_data" "$host_apt"

qemu-img create -q -f qcow2 -b "$(realpath "$image")" -F "${image##*.}" "$run/root.qcow2" 10G
options=(
  -name "$name" -machine pc -m "$memory" -smp 1 -nodefaults -no-user-config -display none
  -serial "file:$run/console" -device virtio-rng-pci -pidfile "$run/pid"
  # The firmware halts in silence when it is not told which disk to start from.
  -drive "file=$run/root.qcow2,if=none,id=root,cache=unsafe" -device "virtio-blk-pci,drive=root,bootindex=1"
  -netdev "user,id=net,hostfwd=tcp:127.0.0.1:$port-:22" -device "virtio-net-pci,netdev=net,romfile="
)
if [[ $serial ]]; then
  qemu-img create -q -f qcow2 "$run/data.qcow2" 2G
  options+=(-drive "file=$run/data.qcow2,if=none,id=data,cache=unsafe" -device "virtio-blk-pci,drive=data,serial=$serial")
fi

accel=$("$here/accel.sh")
case $accel in
  kvm) cpu=host options+=(-accel kvm) ;;
  tcg) cpu=qemu64 options+=(-accel 'tcg,thread=multi,tb-size=512') ;;
esac

if [[ $datasource == nocloud ]]; then
  options+=(-drive "file=$run/seed.iso,if=virtio,format=raw,readonly=on")
else
  # cloud-init takes the machine for ESXi's by its maker and the missing hypervisor bit.
  [[ $cpu == host ]] || cpu=max
  cpu+=,-hypervisor
  options+=(
    -smbios 'type=1,manufacturer=VMware,, Inc.,product=VMware7,,1'
    -fw_cfg "name=opt/guestinfo.metadata,file=$run/seed/meta-data"
    -fw_cfg "name=opt/guestinfo.userdata,file=$run/seed/user-data"
    -fw_cfg "name=opt/guestinfo.vendordata,file=$run/seed/vendor-data"
    -device virtio-serial-pci -chardev "file,id=guestinfo,path=$run/guestinfo"
    -device "virtserialport,chardev=guestinfo,name=guestinfo"
  )
fi

qemu-system-x86_64 "${options[@]}" -cpu "$cpu" "$@" -daemonize
say "$name: started under $accel"
[[ $wait ]] || exit 0

SECONDS=0 guest=(ssh -F "$run/ssh_config" guest)
until timeout 25 "${guest[@]}" true 2>/dev/null; do
  kill -0 "$(<"$run/pid")" 2>/dev/null || die "$name: QEMU has ended; see $run/console"
  ((SECONDS < 600)) || die "$name: no SSH after $SECONDS s; see $run/console"
  sleep 1
done
say "$name: SSH answers"
timeout 1200 "${guest[@]}" cloud-init status --wait --long || die "$name: cloud-init: not done; see /var/log/cloud-init.log there"
say "$name: cloud-init is done"
