#!/usr/bin/env bash
# seed.sh RUN NAME PORT USER-DATA [HOST-APT]
# Writes RUN/seed (and RUN/seed.iso) for cloud-init, and RUN/ssh_config, which knows the guest's
# host key beforehand: it is in the seed.
set -euo pipefail
# shellcheck source=lib.sh
source "$(dirname "$0")/lib.sh"

run=$1 name=$2 port=$3 user_data=$4 host_apt=${5:-}

ssh-keygen -q -t ed25519 -N '' -C test -f "$run/login"
ssh-keygen -q -t ed25519 -N '' -C "$name" -f "$run/host"
echo "[127.0.0.1]:$port $(<"$run/host.pub")" >"$run/known_hosts"
cat >"$run/ssh_config" <<CONFIG
Host guest
  HostName 127.0.0.1
  Port $port
  User debian
  IdentityFile $run/login
  IdentitiesOnly yes
  UserKnownHostsFile $run/known_hosts
  StrictHostKeyChecking yes
  ConnectTimeout 20
CONFIG

mkdir "$run/seed"
cp "$user_data" "$run/seed/user-data"
# The login key is metadata, which cloud-init adds to the keys of user-data, not replaces by them.
cat >"$run/seed/meta-data" <<META
instance-id: $name-$RANDOM$RANDOM
local-hostname: $name
public-keys: ["$(<"$run/login.pub")"]
META
{
  echo '#cloud-config'
  echo 'ssh_keys:'
  echo '  ed25519_private: |'
  sed 's/^/    /' "$run/host"
  echo '  ed25519_public: |'
  sed 's/^/    /' "$run/host.pub"
  # A key is nothing without its last line end, and guestinfo loses that of the document.
  echo 'ssh_deletekeys: true'
} >"$run/seed/vendor-data"

if [[ $host_apt ]]; then
  source=$(debian_source)
  cat >>"$run/seed/vendor-data" <<APT
write_files:
  - path: /etc/apt/sources.list.d/debian.sources
    content: ''
  - path: $source
    encoding: b64
    content: $(base64 -w0 "$source")
APT
fi

genisoimage -quiet -volid cidata -joliet -rock -output "$run/seed.iso" "$run"/seed/*
