terraform {
  required_version = ">= 1.11"
  required_providers {
    davit = {
      source = "davit-io/davit"
    }
  }
}

# The accounts of an OpenStack and of a vCenter, side by side. A host names its platform by its driver.
provider "davit" {
  deployment = "shop"

  openstack {
    cloud = "mycloud" # an entry of clouds.yaml
  }

  vsphere {
    server = "vcenter.example.com" # the password comes from DAVIT_VCENTER_PASSWORD or VSPHERE_PASSWORD
  }
}
