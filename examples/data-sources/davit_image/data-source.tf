# The image that was made last among those whose names say debian 12.
data "davit_image" "debian" {
  name_regex  = "^debian-12"
  most_recent = true
}
