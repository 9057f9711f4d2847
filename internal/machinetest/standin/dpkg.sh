#!/bin/sh
# Purges packages, with what their scripts do to the engine's data.
[ "$1" = --purge ] || exit 0
shift
for name; do
  rm -f "/etc/$name.conf" "/var/lib/dpkg/$name"
  rm -rf /var/lib/docker/*
done
