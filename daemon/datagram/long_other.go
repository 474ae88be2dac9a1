//go:build !windows

package datagram

// isLong reports whether a datagram was longer than the room for it: where that is no error it is cut, and seen by that.
func isLong(error) bool { return false }
