#!/bin/sh
# Notes what a machine was like before it is changed, and puts it back. Each note is kept before its change is made, so
# a machine that stops at any instant can be put back, or the change be made again. The first note of a thing counts.
# usage: journal.sh file PATH             PATH is about to be made, written or replaced
#        journal.sh was PATH              shows what PATH held then
#        journal.sh dir PATH              makes the folder, and notes all of it that was missing
#        journal.sh made PATH             PATH is about to be made, for lines: undo removes it when none is left
#        journal.sh line FILE LINE        LINE is about to be added to FILE
#        journal.sh packages NAME...      apt-get is about to install them, without what they recommend
#        journal.sh user NAME             the user is about to be made; likewise
#        journal.sh group NAME
#        journal.sh member USER GROUP
#        journal.sh unit NAME...          the units are about to be started, stopped, enabled or installed
#        journal.sh starts NAME...        they are about to be started with what was noted before: undo stops them first
#        journal.sh mount PLACE           something is about to be mounted there
#        journal.sh link NAME             a network device is about to be made
#        journal.sh sysctl NAME           a value of the kernel is about to be set
#        journal.sh seal                  all is done: what is changed from now on is another's
#        journal.sh undo                  puts all of it back, the last first, and forgets it; goes on when run again
# shellcheck disable=SC2317 # undo_KIND is called by its kind
set -eu
umask 022
export LC_ALL=C DEBIAN_FRONTEND=noninteractive
journal=$(dirname "$0")
notes=$journal/notes
draft=$journal/draft
kept="/var/lib/docker /var/lib/containerd" # the engine's data, which removing its packages must not take along

say() { echo "davit: $*"; }

# begin starts the note KIND NAME; it fails when there is one. A note that can't be written must not look like that.
begin() {
  ! grep -qsxF -- "$1 $2" "$notes"/*/what || return 1
  rm -rf "$draft"
  { mkdir -p "$notes" "$draft" && printf '%s %s\n' "$1" "$2" >"$draft/what"; } || exit 1
}

# keep ends the note; it is on the disk when keep returns.
keep() {
  last=$(find "$notes" -mindepth 1 -maxdepth 1 | sort | tail -n 1)
  find "$draft" -type f -exec sync {} + -o -type d -exec sync {} +
  mv "$draft" "$notes/$(printf '%04d' $((1${last:+${last##*/}} - 1${last:+0000} + 1)))"
  sync "$notes"
}

# absent notes a thing that is not there.
absent() {
  begin "$1" "$2" || return 0
  keep
}

there() { [ -e "$1" ] || [ -L "$1" ]; }
sum() { sha256sum <"$1" | cut -d ' ' -f 1; }
value() { cat "/proc/sys/$(echo "$1" | tr . /)"; }
mounted() { findmnt --noheadings --mountpoint "$1" >/dev/null; }

note_file() {
  begin file "$1" || return 0
  ! there "$1" || cp -a "$1" "$draft/was"
  keep
}

of() { grep -lxF -- "$1 $2" "$notes"/*/what 2>/dev/null | sed 's,/what$,,'; }

# show_was shows a file; what was a link leads to it from where the link was.
show_was() {
  note=$(of file "$1")
  was=${note:-/none}/was
  if [ -L "$was" ]; then
    cd "$(dirname "$1")"
    was=$(readlink "$was")
  fi
  [ ! -e "$was" ] || cat "$was"
}

make_dir() {
  missing=''
  dir=$1
  while [ ! -d "$dir" ]; do
    missing="$dir
$missing"
    dir=$(dirname "$dir")
  done
  printf %s "$missing" | while IFS= read -r dir; do
    absent dir "$dir"
    mkdir "$dir"
  done
}

# note_line also ends a last line that has no end, or the new one would become a part of it.
note_line() {
  ! grep -qsxF -- "$2" "$1" || return 0
  if begin line "$1 $2"; then
    ! unended "$1" || wc -c <"$1" >"$draft/bytes"
    keep
  fi
  ! unended "$1" || echo >>"$1"
}

unended() { [ -s "$1" ] && [ -n "$(tail -c 1 "$1")" ]; }

# note_packages asks apt-get what it would bring that is not there.
note_packages() {
  begin packages "$*" || return 0
  apt-get -q -s install --no-install-recommends "$@" >"$draft/plan"
  sed -n 's/^Inst \([^ ]*\) (.*/\1/p' "$draft/plan" >"$draft/new" # an old version in brackets would follow
  keep
}

note_member() {
  ! id -nG -- "$1" | tr ' ' '\n' | grep -qxF -- "$2" || return 0
  absent member "$1 $2"
}

note_units() {
  for unit; do
    begin unit "$unit" || continue
    systemctl is-enabled "$unit" >"$draft/enabled" 2>/dev/null || :
    systemctl is-active "$unit" >"$draft/active" 2>/dev/null || :
    keep
  done
}

note_sysctl() {
  begin sysctl "$1" || return 0
  value "$1" >"$draft/was" 2>/dev/null || return 0
  keep
}

# seal notes what the files are like in the end, to tell changes of others.
seal() {
  for what in "$notes"/*/what; do
    [ -e "$what" ] || continue # there are no notes
    path=$(sed -n 's/^file //p' "$what")
    [ -z "$path" ] || [ ! -f "$path" ] || sum "$path" >"${what%what}sealed"
  done
  : >"$journal/sealed"
}

# undo_file puts a file back. What somebody else made of it since is kept beside it.
undo_file() {
  if [ -e "$note/sealed" ] && [ -f "$1" ] && ! cmp -s "$1" "$note/was" && [ "$(sum "$1")" != "$(cat "$note/sealed")" ]; then
    cp -a "$1" "$1.davit-changed"
    say "$1 was changed since: the change is kept as $1.davit-changed"
  fi
  rm -f "$1.davit-new" # what a kill left
  if there "$note/was"; then
    cp -a "$note/was" "$1.davit-new"
    [ ! -f "$1.davit-new" ] || sync "$1.davit-new" # before the note goes
    mv -fT "$1.davit-new" "$1"
  else
    rm -f "$1"
  fi
}

undo_dir() { rmdir "$1" 2>/dev/null || [ ! -d "$1" ] || say "$1 is not empty and stays"; }

undo_made() { [ -s "$1" ] || rm -f "$1"; }

# undo_line takes a line out, where the file is and not where a link to it is.
undo_line() {
  file=$(readlink -f -- "${1%% *}") || return 0
  [ -e "$file" ] || return 0
  rm -f "$file.davit-new"
  cp -p "$file" "$file.davit-new"
  grep -vxF -- "${1#* }" "$file" >"$file.davit-new" || :
  bytes=$(cat "$note/bytes" 2>/dev/null) || bytes=''
  if [ -n "$bytes" ] && [ "$(wc -c <"$file.davit-new")" -eq $((bytes + 1)) ]; then
    truncate -s "$bytes" "$file.davit-new" # its last line had no end
  fi
  sync "$file.davit-new"
  mv -f "$file.davit-new" "$file"
}

installed() { dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null | grep -qvxF not-installed; }

# undo_packages removes what came new, but for what other packages need by now. It does so where the engine's data can't be seen.
undo_packages() {
  dpkg --configure -a || :
  gone=
  while read -r package; do
    ! installed "$package" || gone="$gone $package"
  done <"$note/new"
  [ -n "$gone" ] || return 0
  # shellcheck disable=SC2086 # names, and folders
  purge $gone || grep -q 'dependency problems' "$journal/purge"
  for package in $gone; do
    ! installed "$package" || say "the package $package stays: see above"
  done
}

purge() {
  tries=0
  # shellcheck disable=SC2016 # for the shell inside
  while ! unshare --mount sh -c '
    for dir in $0; do [ ! -d "$dir" ] || mount -t tmpfs davit "$dir"; done
    exec dpkg --purge "$@"' "$kept" "$@" >"$journal/purge" 2>&1; do
    cat "$journal/purge"
    tries=$((tries + 1))
    grep -q "was locked" "$journal/purge" && [ "$tries" -lt 30 ] || return
    sleep 10
  done
}

undo_user() { ! getent passwd "$1" >/dev/null || userdel "$1" || say "the user $1 stays"; }
undo_group() { ! getent group "$1" >/dev/null || groupdel "$1" || say "the group $1 stays"; }

undo_member() {
  ! id -nG -- "${1% *}" 2>/dev/null | tr ' ' '\n' | grep -qxF -- "${1#* }" || gpasswd -d "${1% *}" "${1#* }"
}

undo_unit() {
  systemctl daemon-reload
  case $(cat "$note/enabled") in
  enabled) systemctl --quiet enable "$1" ;;
  disabled) systemctl --quiet disable "$1" ;;
  esac
  [ "$(cat "$note/active")" != active ] || systemctl start "$1"
}

undo_starts() {
  for unit in $1; do
    ! systemctl --quiet is-active "$unit" || systemctl stop "$unit"
  done
}

undo_mount() { ! mounted "$1" || umount "$1"; }
undo_link() { ! ip link show "$1" >/dev/null 2>&1 || ip link delete "$1"; }
undo_sysctl() { cat "$note/was" >"/proc/sys/$(echo "$1" | tr . /)"; }

undo() {
  rm -rf "$draft"
  for note in $(find "$notes" -mindepth 1 -maxdepth 1 2>/dev/null | sort -r); do
    kind=$(cut -d ' ' -f 1 "$note/what")
    name=$(cut -d ' ' -f 2- "$note/what")
    say "back: $kind $name"
    "undo_$kind" "$name"
    # At once: a note that is half removed would say that nothing was there before.
    mv -T "$note" "$draft"
    rm -rf "$draft"
  done
  [ ! -d /run/systemd/system ] || systemctl daemon-reload
  rm -rf /run/davit
  # The owner is the last to go: until then the machine is known to be changed.
  find "$journal" -mindepth 1 -maxdepth 1 ! -name owner -exec rm -rf {} +
  rm -f "$journal/owner"
  rmdir "$journal" "$(dirname "$journal")" 2>/dev/null || :
}

main() {
  act=$1
  shift
  case $act in
  file) note_file "$1" ;;
  was) show_was "$1" ;;
  dir) make_dir "$1" ;;
  made) there "$1" || absent made "$1" ;;
  line) note_line "$1" "$2" ;;
  packages) note_packages "$@" ;;
  user) getent passwd "$1" >/dev/null || absent user "$1" ;;
  group) getent group "$1" >/dev/null || absent group "$1" ;;
  member) note_member "$1" "$2" ;;
  unit) note_units "$@" ;;
  starts) absent starts "$*" ;;
  mount) mounted "$1" || absent mount "$1" ;;
  link) ip link show "$1" >/dev/null 2>&1 || absent link "$1" ;;
  sysctl) note_sysctl "$1" ;;
  seal) seal ;;
  undo) undo ;;
  *)
    say "journal.sh: $act: unknown" >&2
    exit 2
    ;;
  esac
}

main "$@"
exit
