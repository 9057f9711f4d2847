# The engine's configuration is written again whenever the MTU of the network is another.
resource "terraform_data" "mtu" {
  input = davit_host.web.link_mtu

  lifecycle {
    action_trigger {
      events  = [after_update]
      actions = [action.davit_host_provision.web]
    }
  }
}

action "davit_host_provision" "web" {
  config {
    host = davit_host.web
  }
}
