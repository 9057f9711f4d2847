#!/usr/bin/env bash
# image.sh OUT TREE.tar
# Makes a bootable disk of a root file system: MBR, one ext4, extlinux. The suffix of OUT,
# .qcow2 or .raw, decides the format.
set -euo pipefail
# shellcheck source=lib.sh
source "$(dirname "$0")/lib.sh"

out=$1 tree=$2
size=2G # the guest grows its root to the disk it gets
first=$((2048 * 512))
mbr=/usr/lib/EXTLINUX/mbr.bin
need sfdisk mkfs.ext4 extlinux losetup qemu-img
[[ -e $mbr ]] || die "no $mbr: run $here/install.sh"

work=$(mktemp -d "$(dirname "$out")/.image.XXXXXX")
disk=$work/disk.raw root=$work/root loop=
cleanup() {
  ! mountpoint -q "$root" || umount "$root"
  [[ -z $loop ]] || losetup -d "$loop"
  rm -rf "$work"
}
trap cleanup EXIT

make_disk() {
  truncate -s "$size" "$disk"
  echo 'start=2048, type=83, bootable' | sfdisk -q "$disk"
  dd if="$mbr" of="$disk" bs=440 count=1 conv=notrunc status=none
  # A loop device at the partition's offset: no partition scan, no device mapper.
  loop=$(losetup --find --show --offset "$first" --sizelimit $(($(stat -c %s "$disk") - first)) "$disk")
  # Only what extlinux can read.
  mkfs.ext4 -q -L root -m 1 -E lazy_itable_init=1,lazy_journal_init=1 \
    -O ^64bit,^metadata_csum,^metadata_csum_seed,^orphan_file "$loop"
  mkdir "$root"
  mount "$loop" "$root"
}

fill() {
  tar -C "$root" --numeric-owner --xattrs --xattrs-include='*' -xf "$tree"
  cp -r --no-preserve=ownership "$here/overlay/." "$root"
  systemctl --root="$root" --quiet enable systemd-networkd systemd-resolved ssh
  xargs systemctl --root="$root" --quiet mask <"$here/masked-units"
  ln -sf ../run/systemd/resolve/stub-resolv.conf "$root/etc/resolv.conf"
}

# Each guest makes its own identity, and nothing of the building machine goes along.
anonymise() {
  : >"$root/etc/machine-id"
  rm -f "$root"/etc/ssh/ssh_host_* "$root"/etc/.resolv.conf* "$root/var/lib/dbus/machine-id" "$root/var/lib/systemd/random-seed"
  rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/*.bin "$root"/var/cache/apt/archives/*.deb
  rm -rf "$root"/var/log/{apt,journal,*.log} "$root"/tmp/*
  mkdir -p "$root/var/lib/apt/lists/partial"
}

make_disk
fill
anonymise
"$here/check.sh" "$root"
extlinux --install "$root/boot/extlinux" 2>/dev/null
umount "$root"
qemu-img convert -O "${out##*.}" "$disk" "$work/out"
mv "$work/out" "$out"
