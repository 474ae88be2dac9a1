//go:build !windows

package socket

// IsLong reports whether a datagram was longer than the room for it: where that is no error it is cut, and seen by that.
func IsLong(error) bool { return false }
