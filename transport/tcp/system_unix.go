//go:build unix && (!linux || race || msan || asan)

package tcp

import "syscall"

// The sanitizers learn from package syscall which octets come from where, and what happened before what.

func read(fd uintptr, b []byte) (int, error) { return syscall.Read(int(fd), b) }

func write(fd uintptr, b []byte) (int, error) { return syscall.Write(int(fd), b) }
