//go:build !race

package idl_test

// raced says that the race detector is on.
const raced = false
