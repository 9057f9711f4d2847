#!/usr/bin/env bash
# Builds a bootable Debian 12 guest image from Debian packages alone.
set -euo pipefail
# shellcheck source=lib.sh
source "$(dirname "$0")/lib.sh"

usage() {
  cat <<USAGE
usage: build.sh [--engine docker|none] [--out FILE]

  --engine  docker (default): docker.io is in the image; none: it is not
  --out     where the image goes, .qcow2 or .raw
            (default: build/guest/debian-12-docker.qcow2 or build/guest/debian-12.qcow2)

Nothing is done when FILE was built from the same inputs.
USAGE
}

engine=docker out=
while (($#)); do
  case $1 in
    --engine) engine=${2:?--engine wants docker or none}; shift 2 ;;
    --out) out=${2:?--out wants a file}; shift 2 ;;
    -h | --help) usage; exit ;;
    *) usage >&2; exit 2 ;;
  esac
done
case $engine in
  docker) out=${out:-$build/debian-12-docker.qcow2} ;;
  none) out=${out:-$build/debian-12.qcow2} ;;
  *) die "--engine: docker or none, not $engine" ;;
esac
[[ $out == *.qcow2 || $out == *.raw ]] || die "--out: $out ends neither in .qcow2 nor in .raw"

cd "$here"
base_inputs=$(digest packages/base first tree.sh)
tree_inputs=$base_inputs
[[ $engine == none ]] || tree_inputs=$(digest packages/docker)-$base_inputs
inputs=$(digest overlay masked-units image.sh)-$tree_inputs

stamp=$out.inputs
if [[ -e $out && -e $stamp && $(<"$stamp") == "$inputs" ]]; then
  say "$out is up to date"
  exit
fi
[[ $(id -u) == 0 ]] || die "run it as root: it mounts the image's file system"

# tree NAME INPUTS ARGUMENTS...: the cached archive of a root file system, made when its inputs changed.
tree() {
  local name=$1 archive=$build/cache/$1-$2.tar
  shift 2
  if [[ ! -e $archive ]]; then
    say "packages: $name"
    rm -f "$build/cache/$name"-*.tar
    ./tree.sh "$archive" "$@" >&2
  fi
  echo "$archive"
}

# clear_up removes what a killed build left.
clear_up() {
  local mounted work
  while read -r mounted; do
    umount "$mounted"
  done < <(awk -v below="$build/cache/tmp/" 'index($2, below) == 1 { print $2 }' /proc/mounts | tac)
  rm -rf --one-file-system "$build/cache/tmp"
  for work in "$(dirname "$out")"/.image.*; do
    [[ -d $work ]] || continue
    ! mountpoint -q "$work/root" || umount "$work/root"
    losetup --associated "$work/disk.raw" --noheadings --output NAME | xargs -r losetup -d
    rm -rf "$work"
  done
}

mkdir -p "$build/cache" "$(dirname "$out")"
exec 9>"$build/cache/.lock"
flock 9 # two builds would share the cache
clear_up
export TMPDIR=$build/cache/tmp # of mmdebstrap
mkdir -p "$TMPDIR"

archive=$(tree base "$base_inputs" packages/base)
tar -xOf "$archive" --wildcards './boot/vmlinuz-*' >"$build/vmlinuz" # accel.sh tries KVM with it
[[ $engine == none ]] || archive=$(tree "$engine" "$tree_inputs" "packages/$engine" "$archive")
say "image: $out"
rm -f "$stamp"
./image.sh "$(realpath "$out")" "$archive"
echo "$inputs" >"$stamp"
say "$(du -h "$out" | cut -f1) $out"
