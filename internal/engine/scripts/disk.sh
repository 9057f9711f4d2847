#!/bin/sh
# Puts a data disk in its place. A disk is formatted only when it carries no signature of anything; one that this
# script formatted in an earlier life is taken over with its data.
# usage: disk.sh LINK TYPE LABEL PLACE [FOLDER...]
#   LINK    names the disk by its identity: /dev/disk/by-id/...
#   LABEL   marks a filesystem as made here; -: any is taken over with its data
#   FOLDER  is kept on the disk: PLACE/<last part> is mounted there, with what the folder held
set -eu
link=$1 type=$2 label=$3 place=$4
shift 4

journal() { [ -z "${DAVIT_JOURNAL-}" ] || sh "$DAVIT_JOURNAL" "$@"; } # on a machine that was there before
folder() { if [ -n "${DAVIT_JOURNAL-}" ]; then journal dir "$1"; else mkdir -p "$1"; fi; }
say() { echo "davit: $link: $*"; }
fail() {
  echo "davit: $link: $*" >&2
  exit 1
}

tools() {
  for tool in wipefs blkid findmnt "mkfs.$type" "$1"; do
    command -v "$tool" >/dev/null || fail "$tool is missing in this image: take one that has it"
  done
}

await() {
  left=${DAVIT_DISK_WAIT:-120}
  until [ -b "$link" ]; do
    [ "$left" -gt 0 ] || fail "there is no such disk: is it attached? Disks that are there: $(cd /dev/disk/by-id 2>/dev/null && echo ./*)"
    left=$((left - 1))
    sleep 1
  done
}

# signatures lists what the disk carries, a line each: OFFSET,UUID,LABEL,TYPE. Unlike blkid, wipefs sees all of it,
# such as a partition table's second copy at the end.
signatures() {
  found=$(wipefs --no-act --parsable "$link") || fail "its content can't be read"
  printf '%s\n' "$found" | grep -v '^#' || :
}

format() {
  say "blank, becomes $type"
  mkfs_quietly </dev/null || fail "mkfs.$type failed, see above"
}

mkfs_quietly() {
  case $type in
  ext4) mkfs.ext4 -q -m 0 -L "$label" "$link" ;;
  *) "mkfs.$type" -q -L "$label" "$link" ;;
  esac
}

# fstab replaces the line of a folder: SOURCE FOLDER TYPE OPTIONS PASS
fstab() {
  touch /etc/fstab
  if [ -n "${DAVIT_JOURNAL-}" ]; then
    own_line "$@"
    return
  fi
  awk -v folder="$2" '/^#/ || $2 != folder' /etc/fstab >/etc/fstab.davit
  printf '%s %s %s %s 0 %s\n' "$@" >>/etc/fstab.davit
  chmod 644 /etc/fstab.davit
  mv /etc/fstab.davit /etc/fstab
}

# own_line adds the line, where a machine's own may not be replaced.
own_line() {
  line=$(printf '%s %s %s %s 0 %s' "$@")
  if ! grep -qxF -- "$line" /etc/fstab; then
    ! sed 's/^[[:space:]]*//' /etc/fstab | grep -v '^#' | tr -s '[:space:]' ' ' | cut -d ' ' -f 2 | grep -qxF -- "$2" ||
      fail "fstab has a line for $2 already, see there"
    journal line /etc/fstab "$line"
    printf '%s\n' "$line" >>/etc/fstab
  fi
}

# on says whether a folder is mounted from the disk already, and fails when it is from something else.
on() {
  source=$(findmnt --noheadings --nofsroot --output SOURCE --mountpoint "$1") || return 1
  [ "$source" = "$(readlink -f "$link")" ] || fail "$1 is mounted already, from $source"
}

# announce waits until udev knows the new filesystem: systemd takes a mount away whose device it doesn't know.
announce() {
  command -v udevadm >/dev/null || return 0
  udevadm trigger --action=change "$(readlink -f "$link")" || :
  udevadm settle --timeout=30 || :
}

attach() {
  announce
  uuid=$(blkid --probe --match-tag UUID --output value "$link")
  folder "$place"
  journal mount "$place"
  fstab "UUID=$uuid" "$place" "$type" defaults,nofail,x-systemd.device-timeout=60s 2
  # or a line of an earlier host, whose disk isn't there, would take the mount away again
  [ ! -d /run/systemd/system ] || systemctl daemon-reload
  # by the link and not by UUID: a copy of the disk may be attached as well
  on "$place" || mount -t "$type" "$link" "$place" || fail "can't be mounted at $place, see above"
}

# grow_ext4 fits a filesystem that is not mounted to its disk; resize2fs asks for a check first.
grow_ext4() {
  on "$place" && return
  bytes=$(dumpe2fs -h "$link" 2>/dev/null | awk -F: '/^Block count/ { n = $2 } /^Block size/ { size = $2 } END { printf "%.0f", n * size }')
  [ "$bytes" -lt "$(blockdev --getsize64 "$link")" ] || return 0
  e2fsck -f -p "$link" || [ $? -eq 1 ] || fail "its filesystem is damaged, see above: e2fsck $link"
  resize2fs "$link" || fail "can't be grown to its disk's size, see above"
}

grow_xfs() {
  xfs_growfs "$place" >/dev/null || fail "can't be grown to its disk's size, see above"
}

# keep moves a folder onto the disk. An image may bring content; the disk's own is newer.
keep() {
  kept=$place/${1##*/}
  folder "$1"
  journal mount "$1"
  on "$1" && return
  if [ ! -e "$kept" ]; then
    rm -rf "$kept.new"
    cp -a "$1" "$kept.new" || fail "what the image has in $1 can't be copied to it, see above: is it too small?"
    mv "$kept.new" "$kept"
  elif [ -n "$(ls -A "$1")" ]; then
    say "keeps its own $1; what the image has there is hidden"
  fi
  fstab "$kept" "$1" none "bind,nofail,x-systemd.requires-mounts-for=$place" 0
  mount --bind "$kept" "$1" || fail "$kept can't be mounted at $1, see above"
}

case $type in
ext4) tools resize2fs ;;
xfs) tools xfs_growfs ;;
*) fail "davit makes ext4 or xfs, not $type" ;;
esac
await
before=$(signatures)
case $before in
*"
"*) fail "carries data and is left alone: $(echo "$before" | tr '\n' ' '). If nobody needs it: wipefs --all $link" ;;
"") format ;;
*",$label,$type")
  say "holds data of an earlier host, which stay"
  [ "$type" = xfs ] || grow_ext4
  ;;
*",$type")
  [ "$label" = - ] || fail "carries data and is left alone: $before. If nobody needs it: wipefs --all $link"
  say "holds data, which stay"
  ;;
*) fail "carries data and is left alone: $before. If nobody needs it: wipefs --all $link" ;;
esac
attach
[ "$type" = ext4 ] || grow_xfs
if [ $# -gt 0 ] && [ -d /run/systemd/system ]; then # an engine that is ahead of the gate, see gate.sh
  systemctl stop docker.socket docker.service containerd.service 2>/dev/null || :
fi
for folder; do
  keep "$folder"
done
say "in place at $place $*"
