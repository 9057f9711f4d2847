# shellcheck shell=sh
# Takes the machine for a host, unless another has it. Says who has it, for which host, and how far it is.
# usage: claim.sh OWNER HOST
set -eu
dir=/var/lib/davit
mkdir -p $dir
draft=$(mktemp -d $dir/.claim.XXXXXX)
printf '%s\n%s\n' "$1" "$2" >"$draft/owner"
sync "$draft/owner" "$draft"
mv -T "$draft" $dir/journal 2>/dev/null || rm -rf "$draft" # a folder is moved over an empty one only
cat $dir/journal/owner
tries=0
while [ -e /run/davit/result.json ] && [ $tries -lt 50 ] && systemctl --quiet is-active davit.service; do
  tries=$((tries + 1)) # it has told its end and is about to leave
  sleep 0.1
done
if systemctl --quiet is-active davit.service; then
  echo running
elif [ -e $dir/journal/sealed ] && [ -e /run/davit/result.json ]; then
  echo "done"
else
  echo open
fi
