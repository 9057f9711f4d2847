# shellcheck shell=sh
# Says how far the release is: running, gone, or the last lines of one that failed.
# usage: released.sh OWNER
dir=/var/lib/davit
if systemctl --quiet is-active davit-release.service; then
  echo running
elif [ "$(head -n 1 $dir/journal/owner 2>/dev/null)" = "$1" ]; then
  echo failed
  tail -n 10 /run/davit-release.log
else
  rmdir $dir/journal $dir 2>/dev/null
  rm -f /run/davit-release.log
  echo gone
fi
exit 0
