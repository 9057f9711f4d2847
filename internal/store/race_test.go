//go:build race

package store_test

// slow is how much longer the race detector makes things take.
const slow = 10
