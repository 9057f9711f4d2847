#!/bin/sh
for name; do :; done
[ -e "/var/lib/dpkg/$name" ] && echo installed
