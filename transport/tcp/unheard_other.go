//go:build !linux

package tcp

import "syscall"

// boundUnheard does nothing: the system decides how long it tries.
func boundUnheard(syscall.RawConn) error { return nil }
