#!/bin/sh
# Runs a command as a unit: in the background, one of a name at a time.
units=/run/units
unit=
while :; do
  case ${1-} in
  --unit=*) unit=${1#--unit=} ;;
  --property=StandardOutput=*:*) log=${1#--property=StandardOutput=*:} ;;
  --*) ;;
  *) break ;;
  esac
  shift
done
mkdir -p $units
if systemctl is-active "$unit.service" >/dev/null; then
  echo "Failed to start transient service unit: Unit $unit.service was already loaded or has a fragment file." >&2
  exit 1
fi
setsid "$@" </dev/null >"${log:-/dev/null}" 2>&1 &
echo $! >"$units/$unit.service"
