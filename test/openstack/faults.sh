#!/bin/bash
# faults.sh: makes the bed misbehave, and behave again.
#   token-ttl SECONDS            tokens live that long from now on (3600 is normal); keystone restarts, about 3 s
#   quota SERVICE KEY=N...       quota of project bed; SERVICE is compute, network or volume; -1 is no limit
#   spawn-fail [COUNT] MESSAGE   builds end in ERROR with that fault; with COUNT only so many times
#   spawn-delay SECONDS          builds take longer
#   reschedule [HOST]            builds fail on that fake host (or on all) and Nova tries another
#   delete-delay SECONDS         deletions take longer
#   console TEXT                 the console log of fake servers; ${name} and ${uuid} are replaced
#   clear                        takes the five above back
#   host HOST down|up            forced down or up, at once
#   host HOST disable|enable     the scheduler passes it over, at once
#   stop|kill SERVICE            ends a service, politely or not (names: faults.sh services)
#   start                        starts again whatever is stopped
#   pause|resume SERVICE         its port accepts, nobody answers
#   services                     what runs
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"
export OS_CLIENT_CONFIG_FILE=$BED/clouds.yaml OS_CLOUD=bed-admin

usage() {
  sed -n '2,16s/^# \{0,1\}//p' "$0" >&2
  exit 2
}

fault() { printf '%s' "${*:2}" >"$FAULTS/$1"; }

# The options of the last up.sh, so that "start" brings back the same bed.
start_again() {
  local MODE FAKES TOKEN_TTL VIRT
  eval "$(cat "$STATE/settings")"
  DAVIT_BED_TOKEN_TTL=$TOKEN_TTL DAVIT_BED_VIRT=$VIRT "$HERE/up.sh" --mode "$MODE" --fakes "$FAKES"
}

token_ttl() {
  sed -i "s/^expiration = .*/expiration = $1/" "$ETC/keystone.conf"
  sed -i "s/TOKEN_TTL=[0-9]*/TOKEN_TTL=$1/" "$STATE/settings"
  stop keystone
  start_again
}

# The pid of a service, or a failure that names those there are.
pid_or_fail() { pid_of "$1" || fail "$1" "does not run; these do: $(running | tr '\n' ' ')"; }

signal() { kill "-$1" -- "-$(pid_or_fail "$2")"; }

set_host() {
  case $2 in
    down) openstack compute service set --os-compute-api-version 2.11 --down "$1" nova-compute ;;
    up) openstack compute service set --os-compute-api-version 2.11 --up "$1" nova-compute ;;
    disable | enable) openstack compute service set "--$2" "$1" nova-compute ;;
    *) usage ;;
  esac
}

set_quota() {
  local url method=PUT body token project key
  case $1 in compute) key=quota_set ;; network) key=quota ;; volume) key=quota_set ;; *) usage ;; esac
  token=$(openstack token issue -f value -c id)
  project=$(openstack project show bed -f value -c id)
  case $1 in
    compute) url=http://$ADDR:8774/v2.1/os-quota-sets/$project ;;
    network) url=http://$ADDR:9696/v2.0/quotas/$project ;;
    volume) url=http://$ADDR:8776/v3/$(openstack project show admin -f value -c id)/os-quota-sets/$project ;;
  esac
  body=$(printf '%s\n' "${@:2}" | jq -Rn --arg key $key '{($key): [inputs / "=" | {(.[0]): (.[1] | tonumber)}] | add}')
  curl -sS --fail-with-body -X $method "$url" -H "X-Auth-Token: $token" -H 'Content-Type: application/json' -d "$body"
  echo
}

case ${1:-}:$# in
  token-ttl:2) token_ttl "$2" ;;
  quota:[3-9]*) set_quota "${@:2}" ;;
  spawn-fail:[2-9]* | console:[2-9]*) fault "$@" ;;
  spawn-delay:2 | delete-delay:2 | reschedule:[12]) fault "$@" ;;
  clear:1) rm -f "$FAULTS"/* ;;
  host:3) set_host "$2" "$3" ;;
  stop:2) pid_or_fail "$2" >/dev/null && stop "$2" ;;
  kill:2) signal KILL "$2" && rm "$RUN/$2.pid" ;;
  pause:2) signal STOP "$2" ;;
  resume:2) signal CONT "$2" ;;
  start:1) start_again ;;
  services:1) running ;;
  *) usage ;;
esac
