# shellcheck shell=bash
# The services of the bed, in groups, in the order they are started. Sourced.

# ---- configuration
export RABBIT_HOME=$STATE/rabbit
export DB="mysql+pymysql://openstack:$PASSWORD@$ADDR:$DB_PORT"
POOL="max_pool_size = 20
max_overflow = 40
connection_recycle_time = 600"
AUTH="auth_type = password
auth_url = $KEYSTONE
username = service
password = $PASSWORD
project_name = service
user_domain_id = default
project_domain_id = default
region_name = RegionOne"
export POOL AUTH

# render TEMPLATE [NAME]: etc/TEMPLATE with the variables of the bed, only those that are written in capitals and set.
render() {
  local names
  names=$(grep -oE '\$[A-Z_]+' "$HERE/etc/$1" | sort -u | tr '\n' ' ' || true)
  envsubst "$names" <"$HERE/etc/$1" >"$ETC/${2:-$1}"
}

# render_service NAME: the common part and its own.
render_service() {
  render common.conf "$1.common"
  render "$1.conf"
  cat "$ETC/$1.common" >>"$ETC/$1.conf"
  rm "$ETC/$1.common"
}

write_configuration() {
  local service
  mkdir -p "$ETC/placement" "$STATE"/{lock,fernet,receipts,credential,neutron,cinder,glance/images,glance/staging,nova/instances,nova/mnt}
  chmod 700 "$STATE"/{fernet,receipts,credential}
  for service in keystone placement glance nova neutron cinder; do render_service $service; done
  mv "$ETC/placement.conf" "$ETC/placement/"
  for service in nova-db.conf ml2.ini agents.ini nfs_shares rabbit.conf qemu.conf libvirtd.conf; do render $service; done
  echo '[].' >"$ETC/rabbit-plugins"
  WSGI_PORT="$KEYSTONE_PORT" WSGI_FILE=/usr/bin/keystone-wsgi-public WSGI_PROCESSES=2 render uwsgi.ini keystone.ini
  WSGI_PORT="$PLACEMENT_PORT" WSGI_FILE=/usr/bin/placement-api WSGI_PROCESSES=1 render uwsgi.ini placement.ini
  render clouds.yaml
  mv "$ETC/clouds.yaml" "$BED/clouds.yaml"
  rm -rf "$BED/python"
  cp -r "$HERE/python" "$BED/python"
  export PYTHONPATH=$BED/python
}

# ---- database, queue, cache
start_database() {
  local options=(--no-defaults --user=root --datadir="$STATE/mysql")
  [ -d "$STATE/mysql/mysql" ] || logged database mariadb-install-db "${options[@]}" \
    --auth-root-authentication-method=normal --skip-test-db
  start database mariadbd "${options[@]}" --socket="$RUN/mysql.sock" --pid-file="$STATE/mysql/pid" \
    --port="$DB_PORT" --bind-address="$ADDR" --skip-name-resolve --skip-log-bin --performance-schema=0 \
    --max-connections=1000 --innodb-buffer-pool-size=256M --innodb-log-file-size=64M \
    --innodb-flush-log-at-trx-commit=0 --innodb-doublewrite=0 --transaction-isolation=READ-COMMITTED
}

start_queue() {
  mkdir -p "$RABBIT_HOME"/{mnesia,log}
  local rabbit=(HOME="$RABBIT_HOME" ERL_EPMD_ADDRESS="$ADDR" ERL_EPMD_PORT=14369
    RABBITMQ_NODENAME=davit@localhost RABBITMQ_NODE_IP_ADDRESS="$ADDR" RABBITMQ_NODE_PORT="$MQ_PORT" RABBITMQ_DIST_PORT=25673
    RABBITMQ_MNESIA_BASE="$RABBIT_HOME/mnesia" RABBITMQ_LOG_BASE="$RABBIT_HOME/log" RABBITMQ_LOGS=-
    RABBITMQ_PID_FILE="$RABBIT_HOME/pid" RABBITMQ_CONF_ENV_FILE=/nonexistent
    RABBITMQ_CONFIG_FILE="$ETC/rabbit.conf" RABBITMQ_ENABLED_PLUGINS_FILE="$ETC/rabbit-plugins"
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="-kernel inet_dist_use_interface {127,0,0,1} +S 2:2 +sbwt none")
  start epmd epmd -address "$ADDR" -port 14369
  # Debian's wrapper in /usr/sbin would change the user; this is the server itself.
  start rabbit env "${rabbit[@]}" /usr/lib/rabbitmq/bin/rabbitmq-server
}

start_stores() {
  start_database
  start_queue
  start memcached memcached -u root -l "$ADDR" -p "$CACHE_PORT" -m 64 -c 2048
  await database "$DB_PORT"
}

# ---- schemas, once
sql() { mariadb --no-defaults -uroot -S "$RUN/mysql.sock"; }

create_databases() {
  local name
  for name in keystone glance placement nova nova_api nova_cell0 neutron cinder; do
    echo "CREATE DATABASE IF NOT EXISTS $name CHARACTER SET utf8mb3;"
    echo "GRANT ALL ON $name.* TO 'openstack'@'$ADDR' IDENTIFIED BY '$PASSWORD';"
  done | sql
}

nova_manage() { nova-manage --config-file "$ETC/nova.conf" --config-file "$ETC/nova-db.conf" "$@"; }
keystone_manage() { keystone-manage --config-file "$ETC/keystone.conf" "$@"; }

compute_schemas() {
  logged schema-keystone keystone_manage db_sync
  logged schema-placement placement-manage --config-file "$ETC/placement/placement.conf" db sync
  logged schema-nova nova_manage api_db sync
  logged schema-nova nova_manage cell_v2 map_cell0 --database_connection "$DB/nova_cell0?charset=utf8"
  logged schema-nova nova_manage db sync
  if ! nova_manage cell_v2 list_cells 2>>"$LOG/schema-nova.log" | grep -q cell1; then
    logged schema-nova nova_manage cell_v2 create_cell --name=cell1
  fi
}

other_schemas() {
  logged schema-neutron neutron-db-manage --config-file "$ETC/neutron.conf" --config-file "$ETC/ml2.ini" upgrade heads
  logged schema-cinder cinder-manage --config-file "$ETC/cinder.conf" db sync
  logged schema-glance glance-manage --config-file "$ETC/glance.conf" db_sync
}

# A core for each half: the migrations are all of the time an empty bed takes.
make_schemas() {
  local compute other
  create_databases
  compute_schemas &
  compute=$!
  other_schemas &
  other=$!
  wait $compute
  wait $other
  logged keystone keystone_manage fernet_setup --keystone-user root --keystone-group root
  logged keystone keystone_manage credential_setup --keystone-user root --keystone-group root
  logged keystone keystone_manage bootstrap --bootstrap-password "$PASSWORD" --bootstrap-region-id RegionOne \
    --bootstrap-admin-url "$KEYSTONE" --bootstrap-public-url "$KEYSTONE" --bootstrap-internal-url "$KEYSTONE"
}

# ---- the APIs and what works behind them
start_identity() {
  start keystone env OS_KEYSTONE_CONFIG_FILES="$ETC/keystone.conf" uwsgi --ini "$ETC/keystone.ini"
  start placement env OS_PLACEMENT_CONFIG_DIR="$ETC/placement" uwsgi --ini "$ETC/placement.ini"
  await rabbit "$MQ_PORT"
  await keystone "$KEYSTONE_PORT"
}

start_control() {
  local nova=(--config-file "$ETC/nova.conf" --config-file "$ETC/nova-db.conf")
  start glance-api glance-api --config-file "$ETC/glance.conf"
  start neutron-server neutron-server --config-file "$ETC/neutron.conf" --config-file "$ETC/ml2.ini"
  start nova-api nova-api "${nova[@]}"
  start cinder-api cinder-api --config-file "$ETC/cinder.conf"
  start nova-conductor nova-conductor "${nova[@]}"
  start nova-scheduler nova-scheduler "${nova[@]}"
  start cinder-scheduler cinder-scheduler --config-file "$ETC/cinder.conf"
  start cinder-volume cinder-volume --config-file "$ETC/cinder.conf"
  await placement "$PLACEMENT_PORT"
  await neutron-server 9696
  await nova-api 8774
}

start_fakes() {
  local i
  for ((i = 1; i <= $1; i++)); do
    mkdir -p "$STATE/nova-fake$i/instances"
    FAKE=$i render nova-fake.conf "nova-fake$i.conf"
    start "fake$i" "$PYTHON" "$BED/python/davit_bed_compute.py" \
      --config-file "$ETC/nova.conf" --config-file "$ETC/nova-fake$i.conf"
  done
}

start_real() {
  local neutron=(--config-file "$ETC/neutron.conf" --config-file "$ETC/agents.ini")
  start libvirtd libvirtd --config "$ETC/libvirtd.conf" --pid-file "$RUN/libvirtd.own.pid"
  # The guests' resolver: it asks whomever the machine asks.
  start resolver dnsmasq --keep-in-foreground --conf-file=/dev/null --bind-interfaces \
    --listen-address="$PUBLIC_HOST" --listen-address="$FLAT_HOST"
  until_true 20 inside test -S /run/libvirt/libvirt-sock || fail libvirtd "made no socket in 20 s"
  start linuxbridge-agent neutron-linuxbridge-agent "${neutron[@]}"
  start dhcp-agent neutron-dhcp-agent "${neutron[@]}"
  start l3-agent neutron-l3-agent "${neutron[@]}"
  start metadata-agent neutron-metadata-agent "${neutron[@]}"
  start real1 nova-compute --config-file "$ETC/nova.conf"
}

await_control() {
  await glance-api 9292
  await cinder-api 8776
}
