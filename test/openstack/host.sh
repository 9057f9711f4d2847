# shellcheck shell=bash
# What the bed needs of the machine itself: a mount namespace and, for real guests, network devices and rules. Sourced.

# ---- the mount namespace
hold_namespace() {
  alive namespace && return
  setsid unshare --mount --propagation private sleep infinity </dev/null >/dev/null 2>&1 9>&- &
  record namespace $!
  until_true 5 has_own_mounts || fail namespace "unshare --mount did not work"
  mount_volumes
  lay_over_sbin
  lay_over_libvirt
}

has_own_mounts() { [ "$(readlink "/proc/$(pid_of namespace)/ns/mnt")" != "$(readlink /proc/self/ns/mnt)" ]; }

# Cinder's volumes are files on an "NFS share": a file system of its own, as os.path.ismount() sees no bind mount within one device.
mount_volumes() {
  local image=$STATE/volumes.img
  mkdir -p "$STATE/volumes"
  if [ ! -s "$image" ]; then
    truncate -s 60G "$image"
    logged volumes mkfs.ext4 -q -F -m 0 -E lazy_itable_init=1,lazy_journal_init=1 "$image"
  fi
  logged volumes inside mount -o loop "$image" "$STATE/volumes"
  inside rm -rf "$STATE/volumes/lost+found"
}

# Not every kernel has an NFS client, so mount.nfs becomes a bind mount, for the bed alone.
lay_over_sbin() {
  local shim=$STATE/sbin
  mkdir -p "$shim"
  cat >"$shim/mount.nfs" <<'SHIM'
#!/bin/sh
exec mount --bind "${1#127.0.0.1:}" "$2"
SHIM
  chmod 755 "$shim/mount.nfs"
  logged namespace inside mount -t overlay overlay -o "lowerdir=$shim:/usr/sbin" /usr/sbin
}

# libvirtd keeps its configuration and its machines in fixed places; the bed's has its own there.
lay_over_libvirt() {
  local place own
  [ -d /run/netns ] || echo /run/netns >>"$RUN/made.places"
  for place in /etc/libvirt /var/lib/libvirt /var/log/libvirt /var/cache/libvirt /run/libvirt; do
    own=$STATE/libvirt$place
    [ -d "$place" ] || echo "$place" >>"$RUN/made.places"
    mkdir -p "$own" "$place"
    logged namespace inside mount --bind "$own" "$place"
  done
  cp "$ETC/qemu.conf" "$ETC/libvirtd.conf" "$STATE/libvirt/etc/libvirt/"
}

# ---- the network of real guests
DEVICES=(dvb-ex dvb-flat dvb-under)

default_device() { ip -4 route show default | awk '{for (i = 1; i < NF; i++) if ($i == "dev") {print $(i + 1); exit}}'; }

# A provider network is a veth pair: the host's address on one end, the other end in the bridge of Neutron's agent.
add_veth() {
  ip link show "$1" >/dev/null 2>&1 || ip link add "$1" type veth peer name "$1-port"
  ip link set "$1" up
  ip link set "$1-port" up
  ip addr replace "$2" dev "$1"
}

add_underlay() {
  ip link show dvb-under >/dev/null 2>&1 || ip link add dvb-under type bridge
  ip link set dvb-under up
  ip addr replace "$UNDERLAY/24" dev dvb-under
}

# Each line is one rule: table, chain, the rest. The clamp is for a way out that is narrower than the guests' network.
# With br_netfilter the rules see bridged frames too. So they name the default device, and the frames of the public network are
# not tracked while they cross its bridge: a connection already known there would never meet the rule that translates it.
# (On the flat network Neutron's own conntrack zones keep the two apart.)
nat_rules() {
  local device=$1 net
  echo "raw PREROUTING -s $PUBLIC -m physdev --physdev-in tap+ -m comment --comment davit-bed -j CT --notrack"
  echo "raw PREROUTING -m physdev --physdev-in dvb-ex-port -m comment --comment davit-bed -j CT --notrack"
  for net in "$PUBLIC" "$FLAT"; do
    echo "nat POSTROUTING -s $net -o $device -m comment --comment davit-bed -j MASQUERADE"
    echo "filter FORWARD -s $net -o $device -m comment --comment davit-bed -j ACCEPT"
    echo "filter FORWARD -d $net -i $device -m comment --comment davit-bed -j ACCEPT"
    echo "mangle FORWARD -s $net -o $device -p tcp --syn -m comment --comment davit-bed -j TCPMSS --clamp-mss-to-pmtu"
  done
}

add_nat() {
  local table rule
  nat_rules "$(default_device)" >"$RUN/nat.rules"
  while read -r table rule; do
    # shellcheck disable=SC2086 # a rule is words
    iptables -w -t "$table" -C $rule 2>/dev/null || iptables -w -t "$table" -I $rule
  done <"$RUN/nat.rules"
}

remove_nat() {
  local table rule
  [ -e "$RUN/nat.rules" ] || return 0
  while read -r table rule; do
    # shellcheck disable=SC2086
    while iptables -w -t "$table" -D $rule 2>/dev/null; do :; done
  done <"$RUN/nat.rules"
  rm "$RUN/nat.rules"
}

# set_kernel KEY VALUE: remembers what was there before, once.
set_kernel() {
  local before
  before=$(sysctl -n "$1" 2>/dev/null) || return 0
  grep -qs "^$1=" "$RUN/sysctl.before" || echo "$1=$before" >>"$RUN/sysctl.before"
  sysctl -qw "$1=$2"
}

prepare_network() {
  add_veth dvb-ex "$PUBLIC_HOST/24"
  add_veth dvb-flat "$FLAT_HOST/24"
  add_underlay
  # Neutron's bridges, yet to come, must not answer for the address of the veth: packets that enter by them miss the NAT.
  set_kernel net.ipv4.conf.default.arp_ignore 1
  set_kernel net.ipv4.ip_forward 1
  set_kernel net.ipv4.neigh.default.gc_thresh3 8192
  set_kernel net.bridge.bridge-nf-call-iptables 1
  add_nat
}

# ---- and back again
remove_network() {
  local device
  [ -e "$RUN/sysctl.before" ] || return 0
  remove_nat
  for device in "${DEVICES[@]}" $(neutron_devices); do ip link del "$device" 2>/dev/null || true; done
  remove_neutron_chains
  sysctl -q -p "$RUN/sysctl.before"
  rm "$RUN/sysctl.before"
}

neutron_devices() { ip -o link | awk -F': ' '{sub(/@.*/, "", $2); print $2}' | grep -E '^(brq[0-9a-f]{8}-|vxlan-[0-9]+$|tap[0-9a-f]{8}-)' || true; }

# Neutron's agent leaves its iptables chains behind: first the rules that name them, then the chains.
remove_neutron_chains() {
  local table saved
  for table in raw mangle nat filter; do
    saved=$(iptables-save -t "$table" 2>/dev/null) || continue
    grep -q neutron- <<<"$saved" || continue
    grep -v neutron- <<<"$saved" | iptables-restore -w -T "$table"
  done
}

# Network namespaces of the agents, seen from inside the bed only.
agent_namespaces() { inside ip netns list 2>/dev/null | awk '$1 ~ /^q(router|dhcp)-/ {print $1}' || true; }
