# Keeps the engine from starting before its disk and its daemon.json are in place. Runs at every boot, early.
# usage: gate.sh FOLDERS-THAT-ARE-MOUNTS
folder=/var/lib/davit
[ "$(cat $folder/ready 2>/dev/null)" = "$(cat /var/lib/cloud/data/instance-id)" ] && exit 0
mkdir -p $folder
rm -f $folder/ready # left by the host that this one was copied from
for unit in docker.socket docker.service containerd.service; do
  mounts=
  case $unit in *.service) mounts=${1:+RequiresMountsFor=$1} ;; esac
  mkdir -p /etc/systemd/system/$unit.d
  printf '[Unit]\nConditionPathExists=%s\n%s\n' $folder/ready "$mounts" >/etc/systemd/system/$unit.d/davit.conf
done
systemctl daemon-reload
