#!/bin/sh
# Knows the units that systemd-run started, and those that a file in /etc/systemd/system stands for.
units=/run/units
alive() { [ -e "$units/$1" ] && pid=$(cat "$units/$1") && { [ "$pid" = on ] || kill -0 "$pid" 2>/dev/null; }; }
end() {
  pid=$(cat "$units/$1" 2>/dev/null)
  if [ -n "$pid" ] && [ "$pid" != on ]; then
    kill -9 -- "-$pid" 2>/dev/null
    tries=0
    while [ $tries -lt 40 ] && kill -0 -- "-$pid" 2>/dev/null; do
      tries=$((tries + 1))
      sleep 0.05
    done
  fi
  rm -f "$units/$1"
}
[ "${1-}" != --quiet ] || { quiet=yes; shift; }
act=$1
shift
[ "${1-}" != --quiet ] || { quiet=yes; shift; }
case $act in
daemon-reload) ;;
is-active)
  if alive "$1"; then [ -n "${quiet-}" ] || echo active; else [ -n "${quiet-}" ] || echo inactive; exit 3; fi ;;
is-enabled)
  [ -e "/etc/systemd/system/$1" ] || { echo "Failed to get unit file state" >&2; exit 1; }
  if [ -e "/etc/systemd/system/$1.enabled" ]; then echo enabled; else echo disabled; exit 1; fi ;;
enable) for unit; do : >"/etc/systemd/system/$unit.enabled"; done ;;
disable) for unit; do rm -f "/etc/systemd/system/$unit.enabled"; done ;;
start | restart) mkdir -p $units; for unit; do echo on >"$units/$unit"; done ;;
stop) for unit; do end "$unit"; done ;;
stop-all) for unit in "$units"/*; do end "${unit##*/}"; done ;;
--version) echo "systemd 252 (stand-in)" ;;
*)
  echo "systemctl $act: the stand-in can't" >&2
  exit 1
  ;;
esac
exit 0
