#!/bin/bash
# down.sh: stops what the bed started and nothing else, takes its devices, rules and mounts away. The state stays for the next up.sh.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"
. "$HERE/host.sh"
need_root
alone

# recorded BUT: names of all services on record, alive or not, but those that match.
recorded() { find "$RUN" -name '*.pid' ! -name '*.own.pid' -printf '%f\n' | sed 's/\.pid$//' | grep -vxE "$1" || true; }

# What the services have made themselves: guests, dnsmasq, haproxy, helpers. A process belongs to the bed when it is in its mount
# namespace or in one of the network namespaces that exist only there.
strays() {
  local bed pid holder netns
  holder=$(pid_of namespace) || return 0
  bed=$(readlink "/proc/$holder/ns/mnt")
  for pid in /proc/[0-9]*; do
    [ "$(readlink "$pid/ns/mnt" 2>/dev/null)" != "$bed" ] || [ "$pid" = "/proc/$holder" ] || echo "${pid#/proc/}"
  done
  for netns in $(agent_namespaces); do inside ip netns pids "$netns"; done
}

no_strays() { [ -z "$(strays)" ]; }

signal_strays() {
  local pid
  for pid in $(strays); do kill "-$1" "$pid" 2>/dev/null || true; done
}

end_strays() {
  no_strays && return
  signal_strays TERM
  until_true 5 no_strays || signal_strays KILL
}

remove_agent_namespaces() {
  local name
  for name in $(agent_namespaces); do inside ip netns del "$name"; done
}

# Mount points the machine did not have.
remove_places() {
  local place
  [ -e "$RUN/made.places" ] || return 0
  while read -r place; do rmdir "$place" 2>/dev/null || true; done <"$RUN/made.places"
  rm "$RUN/made.places"
}

STORES='database|rabbit|epmd|memcached|namespace'
mapfile -t services < <(recorded "$STORES")
if ! alive namespace && [ ${#services[@]} = 0 ]; then
  say "down: nothing runs"
  exit 0
fi
stop "${services[@]}"
stop database rabbit memcached epmd
end_strays
say "services stopped"
remove_agent_namespaces
stop namespace
remove_network
remove_places
say "down"
