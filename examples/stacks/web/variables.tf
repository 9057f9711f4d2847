variable "cloud" {
  description = "The cloud's name in clouds.yaml."
  type        = string
  default     = "mycloud"
}

variable "image" {
  type    = string
  default = "debian-12"
}

variable "network" {
  type    = string
  default = "private"
}

variable "floating_pool" {
  type    = string
  default = "public"
}

variable "hosts" {
  description = "How many web servers there are."
  type        = number
  default     = 3
}

variable "ssh_key" {
  description = "File with the private key to log in with."
  type        = string
  default     = "~/.ssh/id_ed25519"
}

variable "until" {
  description = "ready waits until the engines answer, active until the servers run."
  type        = string
  default     = "ready"
}
