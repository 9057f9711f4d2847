# The hosts that another configuration made under its deployment.
data "davit_hosts" "shop" {
  deployment = "shop"
}

output "addresses" {
  value = { for host in data.davit_hosts.shop.hosts : host.name => host.address }
}
