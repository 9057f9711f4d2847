# Tells the platform about this guest through VMware's tools, where the image has them: how far its boot is, its host
# keys as soon as cloud-init has made them, and in the end cloud-init's own verdict. Runs at every boot, early.
# usage: report.sh init|config|final|done, or keys to tell the host keys once more
file=/run/davit/report.sh
result=/run/cloud-init/result.json

tell() {
  if command -v vmware-rpctool >/dev/null; then
    vmware-rpctool "info-set $1 $2"
  else
    vmtoolsd --cmd "info-set $1 $2"
  fi >/dev/null
}

# lines makes one word of lines; a message to the platform holds 64 KiB.
lines() {
  head -c 16000 | base64 | tr -d '\n'
}

# later runs a step once units are done, or will never be.
later() {
  step=$1
  shift
  systemd-run --quiet --no-block --collect --unit="davit-report-$step" \
    --property=Type=oneshot --property=After="$*" /bin/sh $file "$step"
}

# failures shows what cloud-init says that failed. It is Python, so its interpreter is there.
failures() {
  if [ ! -s $result ]; then
    echo "cloud-init ended without a result: its log is /var/log/cloud-init.log"
    return
  fi
  python=$(sed -n '1s/^#! *//p' "$(command -v cloud-init)")
  # shellcheck disable=SC2016,SC2086 # Python; the interpreter may have options
  $python -c 'import json, sys
for e in json.load(open(sys.argv[1]))["v1"]["errors"]:
    print(*e.split())' $result
}

command -v vmware-rpctool >/dev/null || command -v vmtoolsd >/dev/null || exit 0
[ "$1" = keys ] || tell guestinfo.davit.phase "$1"
case $1 in
init)
  tell guestinfo.davit.verdict '' # of the boot before
  tell guestinfo.davit.errors ''
  later config cloud-init.service cloud-init-network.service
  later final davit-report-config.service cloud-config.service
  later "done" davit-report-final.service cloud-final.service
  ;;
config | keys)
  tell guestinfo.davit.host_keys "$(cat /etc/ssh/ssh_host_*_key.pub | lines)"
  ;;
done)
  errors=$(failures) || exit 1 # no verdict is better than a wrong one
  tell guestinfo.davit.errors "$(printf %s "$errors" | lines)"
  [ -n "$errors" ] && verdict=error || verdict="done"
  tell guestinfo.davit.verdict "$verdict"
  ;;
esac
