# terraform apply -invoke=action.davit_host_reboot.web
action "davit_host_reboot" "web" {
  config {
    host = davit_host.web
  }
}
