#!/bin/sh
# Installs packages that are a name each; "with-friend" brings "friend" along.
simulate='' act='' names=''
for arg; do
  case $arg in
  -s) simulate=yes ;;
  -*=* | -o | -q | -y | --no-install-recommends | *::*) ;;
  update | install) act=$arg ;;
  *) names="$names $arg" ;;
  esac
done
[ "$act" = install ] || exit 0
for name in $names; do
  case $name in
  with-friend) all="${all-} friend $name" ;;
  nowhere)
    echo "E: Unable to locate package $name" >&2
    exit 100
    ;;
  *) all="${all-} $name" ;;
  esac
done
for name in $all; do
  [ ! -e "/var/lib/dpkg/$name" ] || continue
  if [ -n "$simulate" ]; then
    echo "Inst $name (1.0 Debian:12)"
  else
    echo "$name" >"/etc/$name.conf"
    : >"/var/lib/dpkg/$name"
  fi
done
