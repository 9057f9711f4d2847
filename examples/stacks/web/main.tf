# Web servers on OpenStack: as many as a variable says, each with a data disk and a floating IP, all with the same
# cloud-config. A change of the number makes or removes hosts; a change of web.yaml makes them anew.
terraform {
  required_version = ">= 1.11"
  required_providers {
    davit = {
      source = "davit-io/davit"
    }
  }
}

provider "davit" {
  deployment = "web"

  openstack {
    cloud = var.cloud
  }
}

data "davit_image" "debian" {
  name = var.image
}

data "davit_network" "private" {
  name = var.network
}

data "davit_cloudinit" "web" {
  documents = [
    file("${path.module}/base.yaml"),
    file("${path.module}/web.yaml"),
  ]
}

resource "davit_host" "web" {
  for_each = toset(provider::davit::host_names("web-{1..}", var.hosts))

  name       = each.key
  image      = data.davit_image.debian.id
  network    = data.davit_network.private.id
  cpus       = 1
  memory_gib = 2
  ssh_key    = var.ssh_key
  user_data  = data.davit_cloudinit.web.rendered
  until      = var.until

  disks = [{ size_gib = 2 }]

  openstack = {
    floating_pool = var.floating_pool
  }
}
