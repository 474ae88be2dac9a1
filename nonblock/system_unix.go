//go:build unix && (!linux || race || msan || asan || !(amd64 || arm64 || riscv64 || loong64 || ppc64le))

package nonblock

import "syscall"

// Read reads into b, which has room, as read(2) does. The errors are system calls' (syscall.Errno).
func Read(fd uintptr, b []byte) (int, error) { return syscall.Read(int(fd), b) }

// Write writes b, which has octets, as write(2) does, some of it perhaps.
func Write(fd uintptr, b []byte) (int, error) { return syscall.Write(int(fd), b) }
