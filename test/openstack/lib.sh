# shellcheck shell=bash
# What the scripts of the bed share: where things are, a clean environment, words for progress and failure,
# and the only way a process is started, found and stopped. Sourced, never run.
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ROOT=$(cd "$HERE/../.." && pwd)
BED=$(realpath -m "${DAVIT_BED:-$ROOT/build/openstack}")
export HERE ROOT BED
export ETC=$BED/etc STATE=$BED/state LOG=$BED/log RUN=$BED/run FAULTS=$BED/faults

# Debian's Python must find Debian's packages and write its byte code; a proxy or a cloud of the caller's is none of the bed's.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive
unset PYTHONDONTWRITEBYTECODE PYTHONPATH REQUESTS_CA_BUNDLE CURL_CA_BUNDLE SSL_CERT_FILE "${!OS_@}"
unset http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY

mkdir -p "$ETC" "$STATE" "$LOG" "$RUN" "$FAULTS"

STARTED=$EPOCHREALTIME
say() {
  local us=$((${EPOCHREALTIME/./} - ${STARTED/./}))
  printf '%s [%4d.%d s] %s\n' "$(date +%T)" $((us / 1000000)) $((us / 100000 % 10)) "$*"
}

# fail SERVICE MESSAGE: the message and the last lines of the service's log; ends the script.
fail() {
  say "FAILED: $1: $2" >&2
  if [ -s "$LOG/$1.log" ]; then
    echo "last lines of $LOG/$1.log:" >&2
    tail -n 20 "$LOG/$1.log" | cut -c1-400 >&2
  fi
  exit 1
}

# logged SERVICE COMMAND...: runs it with its output in the service's log.
logged() {
  local name=$1
  shift
  "$@" >>"$LOG/$name.log" 2>&1 </dev/null || fail "$name" "$1 ended with status $?"
}

need_root() { [ "$(id -u)" = 0 ] || fail bed "run as root: the bed makes network devices and mounts"; }
