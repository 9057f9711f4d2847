# By the id of the server at its platform; with several platforms the driver before it.
terraform import davit_host.web openstack/8a7c1f2e-6a43-4a4f-9d0b-6a3f0f6d5c11
