# The smallest flavor with four CPUs and eight GiB of memory.
data "davit_flavor" "worker" {
  min_cpus       = 4
  min_memory_gib = 8
}
