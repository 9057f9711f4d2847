# 1450 - 50 (vxlan of Docker's overlay) = 1400
output "swarm" {
  value = provider::davit::mtu(1450, ["swarm"])
}

# Cilium's WireGuard inside of its tunnel
output "cilium" {
  value = provider::davit::mtu(9000, ["cilium-tunnel", "cilium-wireguard"])
}
