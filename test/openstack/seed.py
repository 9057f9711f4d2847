#!/usr/bin/python3
"""Fills the bed, and waits for it. seed.py identity | wait HOST... | zones HOST... | content

Each part looks first at what is there, so it can be run again.
"""
import os
import sys
import time
import warnings

warnings.simplefilter('ignore')
import openstack  # noqa: E402

PASSWORD = os.environ['PASSWORD']
ADDR = os.environ['ADDR']
CATALOG = {
    'image': 'http://%s:9292',
    'placement': 'http://%s:8778',
    'compute': 'http://%s:8774/v2.1',
    'network': 'http://%s:9696',
    'volumev3': 'http://%s:8776/v3/$(project_id)s',
    'block-storage': 'http://%s:8776/v3/$(project_id)s',
}
NAMES = {'image': 'glance', 'compute': 'nova', 'network': 'neutron', 'volumev3': 'cinderv3', 'block-storage': 'cinder'}
# name: vcpus, MiB of memory, GiB of disk
FLAVORS = {
    'm1.nano': (1, 128, 1),
    'm1.tiny': (1, 512, 2),
    'm1.small': (1, 1024, 5),
    'm1.medium': (2, 2048, 10),
    'm1.large': (2, 4096, 20),
    'm1.xlarge': (4, 8192, 40),
}


def patiently(check, seconds=120):
    """The result of check, tried again for as long as it raises."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return check()
        except Exception as err:
            if time.monotonic() > deadline:
                raise SystemExit('%s: %s: %s' % (check.__name__, type(err).__name__, str(err)[:500]))
            time.sleep(0.3)


def by(attribute, things):
    return {getattr(t, attribute): t for t in things}


def identity(admin):
    api = admin.identity
    projects = patiently(lambda: by('name', api.projects()))
    roles, users, services = by('name', api.roles()), by('name', api.users()), by('type', api.services())
    for name in ('service', 'bed'):
        projects.get(name) or projects.update({name: api.create_project(name=name, domain_id='default')})
    for name in ('service', 'member', 'reader'):
        roles.get(name) or roles.update({name: api.create_role(name=name)})
    for name in ('service', 'bed'):
        users.get(name) or users.update({name: api.create_user(name=name, password=PASSWORD, domain_id='default')})
    for project, user, role in (('service', 'service', 'admin'), ('service', 'service', 'service'),
                                ('bed', 'bed', 'member'), ('bed', 'admin', 'admin')):
        api.assign_project_role_to_user(projects[project], users[user], roles[role])
    for kind, url in CATALOG.items():
        if kind not in services:
            register(api, kind, url % ADDR)


def register(api, kind, url):
    service = api.create_service(name=NAMES.get(kind, kind), type=kind)
    for interface in ('public', 'internal', 'admin'):
        api.create_endpoint(service_id=service.id, interface=interface, region_id='RegionOne', url=url)


def wait(admin, hosts):
    def compute():
        up = {(s.binary, s.host) for s in admin.compute.services() if s.state == 'up'}
        missing = {('nova-compute', h) for h in hosts} - up
        missing |= {b for b in ('nova-conductor', 'nova-scheduler') if b not in {binary for binary, _ in up}}
        assert not missing, 'not up: %s' % missing

    def volumes():
        answer = admin.block_storage.get('/os-services').json()
        up = {s['binary'] for s in answer['services'] if s['state'] == 'up'}
        assert {'cinder-scheduler', 'cinder-volume'} <= up, 'up: %s' % up

    def agents():
        alive = {a.agent_type for a in admin.network.agents() if a.is_alive}
        want = {'Linux bridge agent', 'DHCP agent', 'L3 agent', 'Metadata agent'} if 'real1' in hosts else set()
        assert want <= alive, 'not alive: %s' % (want - alive)

    def images():
        list(admin.image.images())

    def placement():
        answer = admin.session.get('http://%s:8778/resource_providers' % ADDR, headers={'OpenStack-API-Version': 'placement 1.20'})
        known = {p['name'].split('.')[0] for p in answer.json()['resource_providers']}
        assert len(known) >= len(hosts), 'hosts known to placement: %s' % known

    for check in (compute, volumes, agents, images, placement):
        patiently(check, 180)


def zone_of(host):
    """Fake hosts by turns in zone-a and zone-b; the real one apart, so that a server gets it by default or by name only."""
    if not host.startswith('fake'):
        return 'real'
    return 'zone-a' if int(host[4:]) % 2 else 'zone-b'


def zones(admin, hosts):
    aggregates = by('name', admin.compute.aggregates())
    for host in hosts:
        name = zone_of(host)
        if name not in aggregates:
            aggregates[name] = admin.compute.create_aggregate(name=name, availability_zone=name)
        if host not in (aggregates[name].hosts or []):
            aggregates[name] = admin.compute.add_host_to_aggregate(aggregates[name], host)


def flavors(admin):
    for name, (vcpus, ram, disk) in FLAVORS.items():
        admin.compute.find_flavor(name) or admin.compute.create_flavor(name=name, vcpus=vcpus, ram=ram, disk=disk)


def provider_network(admin, name, pool, gateway, **attributes):
    found = admin.network.find_network(name)
    if found:
        return found
    network = admin.network.create_network(name=name, provider_network_type='flat', **attributes)
    cidr, dhcp = pool, not attributes.get('is_router_external', False)
    prefix = gateway.rsplit('.', 1)[0]
    admin.network.create_subnet(
        network_id=network.id, name=name, ip_version=4, cidr=cidr, gateway_ip=gateway, is_dhcp_enabled=dhcp,
        dns_nameservers=[gateway] if dhcp else [],
        allocation_pools=[{'start': prefix + '.10', 'end': prefix + '.250'}])
    return network


def private_network(bed, public):
    if bed.network.find_network('private', ignore_missing=True):
        return
    network = bed.network.create_network(name='private')
    subnet = bed.network.create_subnet(network_id=network.id, name='private', ip_version=4, cidr='10.77.0.0/16',
                                       dns_nameservers=[os.environ['PUBLIC_HOST']])
    router = bed.network.create_router(name='router', external_gateway_info={'network_id': public.id})
    bed.network.add_interface_to_router(router, subnet_id=subnet.id)


def security_groups(bed):
    groups = by('name', bed.network.security_groups(project_id=bed.current_project_id))
    if 'closed' in groups:
        return
    for protocol, port in (('tcp', 22), ('icmp', None)):
        bed.network.create_security_group_rule(
            security_group_id=groups['default'].id, direction='ingress', ethertype='IPv4',
            protocol=protocol, port_range_min=port, port_range_max=port)
    bed.network.create_security_group(name='closed', description='lets nothing in')


def image(admin):
    """Enough for the fake hypervisor. image.sh puts a real guest in its place."""
    if admin.image.find_image('debian-12'):
        return
    admin.create_image('debian-12', data=bytes(1 << 20), disk_format='raw', container_format='bare', visibility='public',
                       wait=True, os_distro='debian', os_version='12', os_admin_user='debian')


def content(admin):
    bed = openstack.connect(cloud='bed')
    flavors(admin)
    image(admin)
    public = provider_network(admin, 'public', os.environ['PUBLIC'], os.environ['PUBLIC_HOST'],
                              provider_physical_network='public', is_router_external=True)
    provider_network(admin, 'flat', os.environ['FLAT'], os.environ['FLAT_HOST'],
                     provider_physical_network='physnet1', is_shared=True)
    private_network(bed, public)
    security_groups(bed)


def main(part, *hosts):
    admin = patiently(lambda: openstack.connect(cloud='bed-admin'))
    parts = {'identity': lambda: identity(admin), 'wait': lambda: wait(admin, hosts),
             'zones': lambda: zones(admin, hosts), 'content': lambda: content(admin)}
    parts[part]()


main(*sys.argv[1:])
