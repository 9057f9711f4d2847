# A host with a data disk that holds what the engine stores, and an address that is reached from outside.
resource "davit_host" "web" {
  name       = "web-1"
  driver     = "openstack"
  image      = "debian-12"
  network    = "private"
  cpus       = 2
  memory_gib = 4
  ssh_key    = "~/.ssh/id_ed25519"

  disks = [{ size_gib = 20 }]

  openstack = {
    floating_pool = "public"
  }
}

output "docker_host" {
  value = davit_host.web.docker_host
}
