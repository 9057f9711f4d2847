output "user_data" {
  value = provider::davit::cloudinit_merge(
    "#cloud-config\npackages: [curl]\n",
    "#cloud-config\npackages: [jq]\ntimezone: UTC\n",
  )
}
