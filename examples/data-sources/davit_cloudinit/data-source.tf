# What all hosts have, and what web servers have besides.
data "davit_cloudinit" "web" {
  documents = [
    <<-EOT
      #cloud-config
      timezone: UTC
      packages: [curl]
    EOT
    ,
    <<-EOT
      #cloud-config
      packages: [jq]
      write_files:
        - path: /etc/motd
          content: a web server
    EOT
  ]
}
