# Shows the host's public keys on the console as soon as cloud-init has made them: earlier than cloud-init itself does,
# and also on images where it doesn't. Whoever logs in for the first time learns them there.
keys=$(cat /etc/ssh/ssh_host_*_key.pub) || exit 1
printf '\n-----BEGIN SSH HOST KEY KEYS-----\n%s\n-----END SSH HOST KEY KEYS-----\n' "$keys" >/dev/console
