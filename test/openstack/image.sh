#!/bin/bash
# image.sh NAME FILE: uploads a guest image (raw or qcow2) for all projects. An image of that name with other content is replaced.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

if [ $# != 2 ] || [ ! -r "$2" ]; then
  echo "usage: image.sh NAME FILE (a readable raw or qcow2 image)" >&2
  exit 2
fi
name=$1 file=$2
export OS_CLIENT_CONFIG_FILE=$BED/clouds.yaml OS_CLOUD=bed-admin

image() { openstack image "$@" 2>>"$LOG/image.log"; }

wanted=$(md5sum <"$file" | cut -d' ' -f1)
for id in $(image list --name "$name" -f value -c ID); do
  if [ "$(image show "$id" -f value -c checksum)" = "$wanted" ]; then
    say "image $name: there already"
    exit 0
  fi
  image delete "$id" || fail image "could not delete the earlier image $id"
done

format=$(qemu-img info --output=json "$file" | jq -r .format)
id=$(image create "$name" --file "$file" --disk-format "$format" --container-format bare --public \
  --property os_distro=debian --property os_version=12 --property os_admin_user=debian \
  --property hw_disk_bus=virtio --property hw_vif_model=virtio --property hw_rng_model=virtio \
  -f value -c id) || fail image "upload of $file failed"
say "image $name: uploaded as $id ($format)"
