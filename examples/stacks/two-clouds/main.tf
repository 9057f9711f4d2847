# One host on OpenStack and one on vSphere, from one configuration and with the same options.
terraform {
  required_version = ">= 1.11"
  required_providers {
    davit = {
      source = "davit-io/davit"
    }
  }
}

provider "davit" {
  deployment = "two-clouds"

  openstack {
    cloud = var.cloud
  }

  vsphere {
    server       = var.vcenter
    vcenter_user = var.vcenter_user # the password comes from DAVIT_VCENTER_PASSWORD
  }
}

data "davit_network" "openstack" {
  driver = "openstack"
  name   = var.openstack_network
}

data "davit_network" "vsphere" {
  driver = "vsphere"
  name   = var.vsphere_network
}

resource "davit_host" "openstack" {
  name    = "edge-1"
  driver  = "openstack"
  image   = var.openstack_image
  network = data.davit_network.openstack.id
  ssh_key = var.ssh_key
  until   = var.until
  disks   = [{ size_gib = 2 }]
}

resource "davit_host" "vsphere" {
  name    = "edge-2"
  driver  = "vsphere"
  image   = var.vsphere_template
  network = data.davit_network.vsphere.name
  ssh_key = var.ssh_key
  until   = var.until
  disks   = [{ size_gib = 2 }]

  vsphere = {
    datacenter = var.datacenter
    cluster    = var.cluster
  }
}

output "hosts" {
  value = { for host in [davit_host.openstack, davit_host.vsphere] : host.name => {
    address = host.address
    mtu     = host.engine_mtu
    sum     = host.mtu_sum
  } }
}
