# Another key at every run: hand it on in the run that makes it.
ephemeral "davit_ssh_key" "ops" {
  comment = "ops"
}
