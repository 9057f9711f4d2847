variable "cloud" {
  description = "The OpenStack's name in clouds.yaml."
  type        = string
  default     = "mycloud"
}

variable "openstack_image" {
  type    = string
  default = "debian-12"
}

variable "openstack_network" {
  type    = string
  default = "private"
}

variable "vcenter" {
  description = "Name or URL of the vCenter."
  type        = string
  default     = "vcenter.example.com"
}

variable "vcenter_user" {
  type    = string
  default = "ops@vsphere.local"
}

variable "datacenter" {
  type    = string
  default = "dc1"
}

variable "cluster" {
  type    = string
  default = "compute"
}

variable "vsphere_template" {
  type    = string
  default = "debian-12"
}

variable "vsphere_network" {
  description = "Port group."
  type        = string
  default     = "VM Network"
}

variable "ssh_key" {
  description = "File with the private key to log in with."
  type        = string
  default     = "~/.ssh/id_ed25519"
}

variable "until" {
  description = "ready waits until the engines answer, active until the machines run."
  type        = string
  default     = "ready"
}
