//go:build linux && !race && !msan && !asan

package tcp

import (
	"syscall"
	"unsafe"
)

// Reads of a chunk and short writes do not block, and take about as long as it takes the runtime to give the
// goroutine's processor to another thread, and to get it back: they do not tell the runtime, which saves a fifth of what
// a call costs (docs/performance.md). A collection that begins waits for the end of one.

func read(fd uintptr, b []byte) (int, error) { return ask(syscall.SYS_READ, fd, b) }

func write(fd uintptr, b []byte) (int, error) { return ask(syscall.SYS_WRITE, fd, b) }

// ask reads or writes b, of which there is at least an octet.
func ask(what, fd uintptr, b []byte) (int, error) {
	n, _, err := syscall.RawSyscall(what, fd, uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)))
	if err != 0 {
		return 0, err
	}
	return int(n), nil
}
