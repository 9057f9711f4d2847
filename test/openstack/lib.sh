# shellcheck shell=bash
# What the scripts of the bed share: where things are, a clean environment, words for progress and failure,
# and the only way a process is started, found and stopped. Sourced, never run.
set -Eeuo pipefail
trap 'echo "FAILED: ${BASH_SOURCE[0]}:$LINENO: $BASH_COMMAND" >&2' ERR

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

# alone: waits until no other script changes the bed. What is called by the holder of the lock goes through.
alone() {
  [ -z "${BED_LOCKED:-}" ] || return 0
  exec 9>"$BED/lock"
  flock --nonblock 9 || { say "another script changes the bed: waiting" && flock 9; }
  export BED_LOCKED=1
}

# ---- the bed's numbers, shared with the templates in etc/
export ADDR=127.0.0.1 PASSWORD=bed
export KEYSTONE_PORT=15000 PLACEMENT_PORT=8778 DB_PORT=13306 MQ_PORT=5673 CACHE_PORT=11311
export KEYSTONE=http://$ADDR:$KEYSTONE_PORT/v3
# 198.18.0.0/15 is set aside for tests: it collides with no network a machine is likely to have.
export PUBLIC=198.18.0.0/24 PUBLIC_HOST=198.18.0.1
export FLAT=198.18.1.0/24 FLAT_HOST=198.18.1.1
export UNDERLAY=198.18.255.1
export PYTHON=/usr/bin/python3

# ---- processes
# Each is on record in run/NAME.pid as "pid start-time", so that a pid used again by another program is never taken for ours.
# All live in one mount namespace: what the bed mounts and lays over /etc is seen by the bed alone and goes with it.

start_time() { awk '{print $22}' "/proc/$1/stat" 2>/dev/null || true; }

# pid_of NAME: prints the pid of a process of ours that is alive.
pid_of() {
  local pid since
  [ -s "$RUN/$1.pid" ] || return 1
  read -r pid since <"$RUN/$1.pid"
  [ -n "$since" ] && [ "$(start_time "$pid")" = "$since" ] && echo "$pid"
}

alive() { pid_of "$1" >/dev/null; }

# running: the names of the services that are alive.
running() {
  local file name
  for file in "$RUN"/*.pid; do
    name=$(basename "$file" .pid)
    [ "$name" = namespace ] || ! alive "$name" || echo "$name"
  done
}

record() { echo "$2 $(start_time "$2")" >"$RUN/$1.pid"; }

# inside COMMAND...: runs it in the bed's mount namespace.
inside() { nsenter --mount="/proc/$(pid_of namespace)/ns/mnt" --wd=/ -- "$@"; }

# start NAME COMMAND...: a background process in the bed's namespace, with its log in log/NAME.log; nothing when it runs.
start() {
  local name=$1 namespace
  shift
  alive "$name" && return
  namespace=/proc/$(pid_of namespace)/ns/mnt
  setsid nsenter --mount="$namespace" --wd=/ -- "$@" >>"$LOG/$name.log" 2>&1 </dev/null 9>&- &
  record "$name" $!
}

port_open() { (exec 3<>"/dev/tcp/$ADDR/$1") 2>/dev/null; }

# until_true SECONDS COMMAND...: tries five times a second.
until_true() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@"; do
    [ $SECONDS -lt $deadline ] || return 1
    sleep 0.2
  done
}

# await NAME PORT: until the service accepts connections; fails at once when its process has died.
await() {
  local deadline=$((SECONDS + 120))
  until port_open "$2"; do
    alive "$1" || fail "$1" "died before it listened on port $2"
    [ $SECONDS -lt $deadline ] || fail "$1" "does not listen on port $2 after 120 s"
    sleep 0.2
  done
}

# stop NAME...: asks all at once, waits, kills what did not listen.
stop() {
  local name pid
  for name in "$@"; do
    if pid=$(pid_of "$name"); then kill -TERM "$pid" 2>/dev/null || true; fi
  done
  for name in "$@"; do
    if ! until_true 15 dead "$name"; then kill -KILL -- "-$(pid_of "$name")" 2>/dev/null || true; fi
    rm -f "$RUN/$name.pid"
  done
}

dead() { ! alive "$1"; }
