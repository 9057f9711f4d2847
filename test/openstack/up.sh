#!/bin/bash
# up.sh [--mode fake|both] [--fakes N] [--fresh]
# Brings up a real OpenStack on loopback. Run again it starts what is missing and changes nothing else.
#   --mode fake   Nova's fake hypervisor: every API call is real, no guest boots (default)
#   --mode both   libvirt and QEMU besides: guests boot, in zone "real", which is then the default zone
#   --fakes N     fake hosts, by turns in zone-a and zone-b (default 2)
#   --fresh       forget what an earlier run left behind
# The token lifetime comes from DAVIT_BED_TOKEN_TTL (seconds), the hypervisor of real guests from DAVIT_BED_VIRT (qemu or kvm).
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"
. "$HERE/services.sh"
. "$HERE/host.sh"

usage() {
  sed -n '2,8s/^# \?//p' "$0" >&2
  exit 2
}

mode=fake fakes=2 fresh=
while [ $# -gt 0 ]; do
  case $1 in
    --mode=* | --fakes=*) declare "${1:2}" ;;
    --mode | --fakes) declare "${1:2}=${2:-}" && shift ;;
    --fresh) fresh=1 ;;
    *) usage ;;
  esac
  shift
done
[[ $mode =~ ^(fake|both)$ && $fakes =~ ^[1-9][0-9]?$ ]] || usage
need_root
alone

# once MARK WORDS COMMAND...: a step that is done once in the life of the bed's state.
once() {
  local mark=$STATE/$1.done
  [ -e "$mark" ] && return
  "${@:3}"
  touch "$mark"
  say "$2"
}

seed() { OS_CLIENT_CONFIG_FILE=$BED/clouds.yaml logged seed $PYTHON "$HERE/seed.py" "$@"; }

hosts() {
  local i
  for ((i = 1; i <= fakes; i++)); do echo "fake$i"; done
  [ "$mode" = fake ] || echo real1
}

place_hosts() {
  logged discover-hosts nova_manage cell_v2 discover_hosts
  seed zones "${hosts[@]}"
}

forget() {
  "$HERE/down.sh"
  rm -rf --one-file-system "$STATE" "$ETC" "$FAULTS"
  find "$LOG" -type f ! -name install.log -delete
  mkdir -p "$STATE" "$ETC" "$FAULTS"
  say "fresh: earlier state removed"
}

# Mode and token lifetime are part of what running services have read.
settings() {
  echo "MODE=$mode FAKES=$fakes TOKEN_TTL=${DAVIT_BED_TOKEN_TTL:-3600} VIRT=${DAVIT_BED_VIRT:-qemu}"
}

restart_when_changed() {
  if alive namespace && [ "$(cat "$STATE/settings" 2>/dev/null)" != "$(settings)" ]; then
    say "settings changed: stopping first"
    "$HERE/down.sh"
  fi
  # Services that outlived their namespace hold its mounts; a second mount of the volumes would spoil them.
  if ! alive namespace && [ -n "$(running)" ]; then "$HERE/down.sh"; fi
  settings >"$STATE/settings"
  [ -s "$STATE/host_uuid" ] || cat /proc/sys/kernel/random/uuid >"$STATE/host_uuid"
  HOST_UUID=$(cat "$STATE/host_uuid")
  TOKEN_TTL=${DAVIT_BED_TOKEN_TTL:-3600} VIRT=${DAVIT_BED_VIRT:-qemu}
  DHCP_AGENT=true SCHEDULE_ZONE=real
  [ "$mode" = both ] || DHCP_AGENT=false SCHEDULE_ZONE=
  export HOST_UUID TOKEN_TTL VIRT DHCP_AGENT SCHEDULE_ZONE
}

"$HERE/install.sh"
[ -z "$fresh" ] || forget
restart_when_changed
write_configuration
hold_namespace
start_stores
once schemas "schemas made" make_schemas
start_identity
once identity "users, roles, catalog" seed identity
say "identity up"
start_control
start_fakes "$fakes"
if [ "$mode" = both ]; then
  prepare_network
  start_real
fi
await_control
say "every API listens"
mapfile -t hosts < <(hosts)
seed wait "${hosts[@]}"
say "services up"
once "hosts-$mode-$fakes" "hosts in their zones" place_hosts
once content "flavors, networks, security groups, image" seed content
say "clouds bed and bed-admin, mode $mode"
echo "ready: export OS_CLIENT_CONFIG_FILE=$BED/clouds.yaml"
