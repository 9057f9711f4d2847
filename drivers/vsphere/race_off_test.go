//go:build !race

package vsphere_test

const racing = false
