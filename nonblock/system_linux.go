//go:build linux && (amd64 || arm64 || riscv64 || loong64 || ppc64le) && !race && !msan && !asan

package nonblock

import (
	"syscall"
	"unsafe"
)

// Read reads into b, which has room, as read(2) does. The errors are system calls' (syscall.Errno).
func Read(fd uintptr, b []byte) (int, error) {
	n, _, err := syscall.RawSyscall(syscall.SYS_READ, fd, uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)))
	return result(n, err)
}

// Write writes b, which has octets, as write(2) does, some of it perhaps.
func Write(fd uintptr, b []byte) (int, error) {
	n, _, err := syscall.RawSyscall(syscall.SYS_WRITE, fd, uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)))
	return result(n, err)
}

func result(n uintptr, err syscall.Errno) (int, error) {
	if err != 0 {
		return 0, err
	}
	return int(n), nil
}
