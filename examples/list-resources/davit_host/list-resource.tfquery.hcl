# terraform query -generate-config-out=hosts.tf
list "davit_host" "shop" {
  provider = davit

  config {
    deployment = "shop"
  }
}
