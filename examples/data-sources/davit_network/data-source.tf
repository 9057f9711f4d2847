data "davit_network" "private" {
  name = "private"
}

# What fits into a packet of Docker's overlay on that network.
output "overlay_mtu" {
  value = provider::davit::mtu(data.davit_network.private.mtu, ["swarm"])
}
