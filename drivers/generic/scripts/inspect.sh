# shellcheck shell=sh
# Says what the machine is like, NAME<TAB>VALUE a line. It changes nothing.
# usage: inspect.sh DEVICE...
export LC_ALL=C
say() { printf '%s\t%s\n' "$1" "$(printf %s "$2" | tr '\t\n' '  ')"; }
has() { command -v "$1" >/dev/null; }
count() { find "$@" 2>/dev/null | wc -l; }

# shellcheck disable=SC1091 # the machine's own
[ ! -e /etc/os-release ] || . /etc/os-release
say system "${ID-unknown} ${ID_LIKE-}"
say release "${VERSION_ID-}"
say name "${PRETTY_NAME-an unknown system}"
say architecture "$(uname -m)"
if [ -d /run/systemd/system ]; then
  say init "$(systemctl --version | head -n 1 | cut -d ' ' -f 1,2)"
else
  say init "$(cat /proc/1/comm)"
fi
for tool in apt-get dnf yum zypper; do
  ! has $tool || say packages $tool
done
for tool in base64 blkid cmp find findmnt mkfs.ext4 mkfs.xfs resize2fs sed sha256sum systemd-run unshare wipefs xfs_growfs; do
  has $tool || say lacks $tool
done
case $(stat -f -c %T /sys/fs/cgroup 2>/dev/null) in
cgroup2fs) say cgroups 2 ;;
*) say cgroups 1 ;;
esac
device=$(ip -o route show default 2>/dev/null | sed -n '1s/.* dev \([^ ]*\).*/\1/p')
say link "${device:-none} $(cat "/sys/class/net/$device/mtu" 2>/dev/null || echo 0)"
say free "$(df -B1 /var/lib | tail -n 1 | tr -s ' ' | cut -d ' ' -f 4)"
has ss && say ports "$(ss -Hltn | tr -s ' ' | cut -d ' ' -f 4 | sed 's/.*://' | sort -nu)"
findmnt -rno TARGET | while read -r place; do say mount "$place"; done
if [ -e /var/lib/davit/journal/owner ]; then
  say owner "$(head -n 1 /var/lib/davit/journal/owner)"
  say host "$(sed -n 2p /var/lib/davit/journal/owner)"
fi

# The configuration is the machine's own: what it was before davit changed it.
config=/etc/docker/daemon.json
note=$(grep -lxF "file $config" /var/lib/davit/journal/notes/*/what 2>/dev/null)
[ -z "$note" ] || config=${note%what}was
[ -z "$note" ] || [ ! -L "$config" ] || config=$(cd /etc/docker && readlink -f "$(readlink "$config")")
if [ -e "$config" ]; then
  say config "$(base64 -w 0 "$config")"
  root=$(tr -d '\n' <"$config" | sed -n 's/.*"\(data-root\|graph\)"[[:space:]]*:[[:space:]]*"\([^"]*\)".*/\2/p')
fi

# The engine is read where it keeps its things: it need not run.
if has dockerd; then
  say engine "$(dockerd --version | sed 's/^Docker version \([^, ]*\).*/\1/')"
  told=$(timeout 20 docker info --format '{{.DockerRootDir}}' 2>/dev/null)
fi
has docker && say client yes
root=${told:-${root:-/var/lib/docker}}
say root "$root"
for image in "$root"/image/*; do
  [ ! -d "$image" ] || say storage "${image##*/}"
done
say containers "$(count "$root/containers" -mindepth 1 -maxdepth 1 -type d)"
say images "$(count "$root"/image/*/imagedb/content/sha256 -type f)"
say volumes "$(count "$root/volumes" -mindepth 1 -maxdepth 1 -type d)"

# disk: DEVICE, SIZE in bytes, number of partitions and the like on it, signatures as TYPE:LABEL, places
for device; do
  real=$(readlink -f "$device")
  if [ ! -b "$real" ]; then
    say disk "$device 0 0 missing:"
    continue
  fi
  marks=$(wipefs --no-act --parsable "$device" | grep -v '^#' | sed 's/^[^,]*,[^,]*,\([^,]*\),\(.*\)/\2:\1/' | tr '\n' ',')
  say disk "$device $(blockdev --getsize64 "$real") $(($(lsblk -nro NAME "$real" | wc -l) - 1)) ${marks:-blank:} $(findmnt -rno TARGET -S "$real")"
done
for device in /dev/disk/by-id/*; do
  [ ! -e "$device" ] || say candidate "$device"
done
exit 0
