//go:build !race

package store_test

// slow allows for a machine that does other things; make bench measures on a quiet one.
const slow = 3
