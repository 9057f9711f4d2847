output "docker_hosts" {
  description = "Value of DOCKER_HOST for each host."
  value       = { for name, host in davit_host.web : name => host.docker_host }
}

output "addresses" {
  value = { for name, host in davit_host.web : name => host.address }
}

output "overlay_mtu" {
  description = "What fits into a packet of Docker's overlay between the hosts."
  value       = provider::davit::mtu(data.davit_network.private.mtu, ["swarm"])
}
