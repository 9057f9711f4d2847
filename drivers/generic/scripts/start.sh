# shellcheck shell=sh
# Starts a script as a unit, which goes on without this connection. One that runs already goes on instead.
# usage: start.sh SCRIPT-IN-BASE64
set -eu
dir=/var/lib/davit/journal
if systemctl --quiet is-active davit.service; then
  exit 0
fi
mkdir -p /run/davit
rm -f /run/davit/*.json
umask 077
printf %s "$1" | base64 -d >$dir/script.new
mv $dir/script.new $dir/script
systemd-run --quiet --collect --unit=davit sh -c "exec sh $dir/script >/run/davit/output.log 2>&1"
