# Three hosts over two zones. A new image replaces them one by one: the next goes when its successor is ready.
resource "davit_host_pool" "web" {
  name       = "web"
  size       = 3
  driver     = "openstack"
  image      = "debian-12"
  network    = "private"
  cpus       = 2
  memory_gib = 4
  ssh_key    = "~/.ssh/id_ed25519"
  zones      = ["az-1", "az-2"]

  max_surge       = 1
  max_unavailable = 0

  openstack = {
    floating_pool = "public"
  }

  # An apply in which a host fails is an error, and keeps the others.
  lifecycle {
    postcondition {
      condition     = self.ready == self.size
      error_message = "Only ${self.ready} hosts are ready; apply again."
    }
  }
}

output "docker_hosts" {
  value = { for place, host in davit_host_pool.web.hosts : place => host.docker_host }
}
