# shellcheck shell=sh
# shellcheck disable=SC2317 # a document calls what it needs
# What every script begins with: the words that a document is written in. Each notes in the journal what it changes, and
# does nothing where nothing is to be done.
set -u
umask 022
export LC_ALL=C DEBIAN_FRONTEND=noninteractive
run=/run/davit
DAVIT_JOURNAL=/var/lib/davit/journal/journal.sh
export DAVIT_JOURNAL
errors=''

journal() { sh "$DAVIT_JOURNAL" "$@"; }

# stage says how far the script is, in the file and the form in which cloud-init does.
stage() {
  printf '{"v1": {"datasource": "davit", "stage": "%s"}}\n' "$1" >$run/status.json.new
  mv $run/status.json.new $run/status.json
}

# module runs a part of the document; like cloud-init, a part that fails doesn't keep the others.
module() {
  name=$1
  shift
  "$@" || errors="$errors${errors:+, }\"('$name', RuntimeError('exit code $?'))\""
}

finish() {
  [ -n "$errors" ] || journal seal
  stage ''
  printf '{"v1": {"datasource": "davit", "errors": [%s]}}\n' "$errors" >$run/result.json.new
  mv $run/result.json.new $run/result.json
  [ -z "$errors" ]
  exit
}

# place puts standard input into a file: PATH MODE [OWNER [append]]. What is appended comes after what was there before davit.
place() {
  journal dir "$(dirname "$1")" && journal file "$1" || return
  rm -f "$1.davit-new"
  (umask 077 && : >"$1.davit-new") || return # what it will hold may be for few
  { [ "${4-}" != append ] || journal was "$1"; } >>"$1.davit-new" && cat >>"$1.davit-new" || return
  chown "${3:-root:root}" "$1.davit-new" && chmod "$2" "$1.davit-new" || return
  mv -fT "$1.davit-new" "$1"
}

decoded() { base64 -d | "$@"; }

# commands runs standard input as a script of its own, as cloud-init does with the lists of commands.
commands() {
  (umask 077 && cat >"$run/$1") && INSTANCE_ID=davit sh "$run/$1" </dev/null
}

packages() {
  tries=0
  dpkg --configure -a
  until apt update && journal packages "$@" && apt install -y --no-install-recommends "$@"; do
    tries=$((tries + 1))
    [ "$tries" -lt 4 ] || return 1
    sleep $((tries * 5))
  done
}

apt() { apt-get -q -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 "$@"; }

group() { getent group "$1" >/dev/null || { journal group "$1" && groupadd "$1"; }; }
member() { journal member "$1" "$2" && usermod --append --groups "$2" "$1"; }

# user makes a user that is missing: NAME OPTIONS-OF-USERADD...
user() {
  ! getent passwd "$1" >/dev/null || return 0
  new=$1
  shift
  journal user "$new" && useradd "$@" "$new"
}

# authorize lets the keys in standard input log in as a user.
authorize() {
  home=$(getent passwd "$1" | cut -d : -f 6)
  [ -n "$home" ] || return 1
  keys=$home/.ssh/authorized_keys
  if [ ! -d "$home/.ssh" ]; then
    journal dir "$home/.ssh" && chown "$1:" "$home/.ssh" && chmod 700 "$home/.ssh" || return
  fi
  if [ ! -e "$keys" ]; then
    journal made "$keys" && : >"$keys" && chown "$1:" "$keys" && chmod 600 "$keys" || return
  fi
  while IFS= read -r line; do
    add "$keys" "$line" || return
  done
}

# add adds a line to a file that lacks it.
add() {
  ! grep -qsxF -- "$2" "$1" || return 0
  journal line "$1" "$2" && printf '%s\n' "$2" >>"$1"
}

# filesystem mounts one now and at every boot: the fields of its line in fstab.
filesystem() {
  journal dir "$2" && add /etc/fstab "$*" && journal mount "$2" || return
  systemctl daemon-reload
  findmnt --noheadings --mountpoint "$2" >/dev/null || mount "$2"
}

zone() {
  [ -e "/usr/share/zoneinfo/$1" ] || return 1
  journal file /etc/localtime && ln -sfn "/usr/share/zoneinfo/$1" /etc/localtime && echo "$1" | place /etc/timezone 0644
}

mkdir -p $run "${DAVIT_JOURNAL%/*}" && chmod 700 "${DAVIT_JOURNAL%/*}"
rm -f $run/result.json "${DAVIT_JOURNAL%/*}/sealed"
stage init
