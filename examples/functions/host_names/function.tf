# ["web-01", "web-02", "web-03"]
output "all" {
  value = provider::davit::host_names("web-{01..03}")
}

# As many as a variable says: ["db-1", "db-2"]
output "some" {
  value = provider::davit::host_names("db-{1..}", 2)
}
