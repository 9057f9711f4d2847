# Says what the way out carries: "link DEVICE MTU", then one of "ok ADDRESS", "lost ADDRESS" and "silent".
# usage: probe.sh BYTES-OF-PAYLOAD
route=$(ip -4 route show default | head -n 1)
device=$(echo "$route" | sed -n 's/.* dev \([^ ]*\).*/\1/p')
gateway=$(echo "$route" | sed -n 's/.* via \([^ ]*\).*/\1/p')
echo "link ${device:-none} $(cat "/sys/class/net/$device/mtu" 2>/dev/null || echo 0)"
answers() { ping -n -q -c 3 -i 0.5 -W 2 "$@" >/dev/null 2>&1; }
for target in $gateway 169.254.169.254; do
  answers "$target" || continue
  if answers -M "do" -s "$1" "$target"; then echo "ok $target"; else echo "lost $target"; fi
  exit 0
done
echo silent
