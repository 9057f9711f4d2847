#!/bin/bash
# install.sh: the packages of the bed, from Debian 12 itself. Nothing to do when they are there.
# No daemon is started, now or at the next boot: the bed starts its own, with its own configuration.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"
need_root

PACKAGES=(
  # the scripts
  ca-certificates curl e2fsprogs gettext-base iproute2 iptables jq kmod procps sudo util-linux
  # state
  mariadb-server python3-pymysql rabbitmq-server memcached python3-memcache
  # identity, images, placement
  keystone uwsgi-core uwsgi-plugin-python3 glance-api placement-api
  # compute
  nova-api nova-conductor nova-scheduler nova-compute nova-compute-kvm
  libvirt-daemon-system libvirt-daemon-driver-qemu libvirt-clients python3-libvirt
  qemu-system-x86 qemu-utils ipxe-qemu seabios genisoimage
  # network
  neutron-server neutron-api neutron-rpc-server neutron-linuxbridge-agent neutron-dhcp-agent neutron-l3-agent
  neutron-metadata-agent dnsmasq-base iputils-arping ebtables conntrack ipset haproxy keepalived radvd
  # volumes, and the client the bed is filled with
  cinder-api cinder-volume cinder-scheduler python3-openstackclient python3-openstacksdk
)

APT=(apt-get -y --no-install-recommends -o DPkg::Lock::Timeout=600 -o Dpkg::Use-Pty=0
  -o Dpkg::Options::=--force-unsafe-io -o Dpkg::Options::=--force-confold
  # Its own: another apt-get on the machine may empty the common one between download and install.
  -o "Dir::Cache::archives=$BED/packages")
POLICY=/usr/sbin/policy-rc.d

missing() {
  local p
  for p in "${PACKAGES[@]}"; do
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$p" 2>/dev/null)" = installed ] || echo "$p"
  done
}

enabled_units() {
  command -v systemctl >/dev/null || return 0
  systemctl list-unit-files --root=/ --state=enabled --no-legend --plain 2>/dev/null | awk '{print $1}' | sort
}

forbid_daemons() {
  [ ! -e $POLICY ] || mv $POLICY $POLICY.before-davit
  printf '#!/bin/sh\nexit 101\n' >$POLICY
  chmod 755 $POLICY
}

allow_daemons() {
  rm -f $POLICY
  [ ! -e $POLICY.before-davit ] || mv $POLICY.before-davit $POLICY
}

# A package enables its daemons at boot; they would take the ports and the memory of a machine that only wants a test bed.
disable_new_units() {
  local before=$1 unit
  for unit in $(comm -13 <(echo "$before") <(enabled_units)); do
    systemctl --root=/ disable "$unit" >>"$LOG/install.log" 2>&1 || say "could not disable $unit at boot"
  done
}

mapfile -t want < <(missing)
if [ ${#want[@]} = 0 ]; then
  say "packages: all there"
  exit 0
fi

mkdir -p "$BED/packages/partial"
before=$(enabled_units)
forbid_daemons
trap allow_daemons EXIT
say "packages: ${#want[@]} to install, with what they need"
logged install "${APT[@]}" update
logged install "${APT[@]}" --download-only install "${want[@]}"
say "packages: downloaded"
logged install "${APT[@]}" install "${want[@]}"
rm -r "$BED/packages"
disable_new_units "$before"
say "packages: installed"
