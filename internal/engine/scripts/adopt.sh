#!/bin/sh
# Notes what Docker and its packages change by themselves on a machine that was there before.
# usage: adopt.sh
set -eu
journal() { sh "$DAVIT_JOURNAL" "$@"; }
journal unit docker.socket docker.service containerd.service
journal group docker
journal dir /etc/docker
journal file /etc/docker/key.json
journal dir /etc/cni/net.d
journal dir /opt/containerd/bin
journal dir /opt/containerd/lib
journal sysctl net.ipv4.ip_forward
journal link docker0
