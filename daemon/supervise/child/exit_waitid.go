//go:build linux || darwin

package child

import (
	"runtime"
	"syscall"
	"unsafe"
)

// awaitExit waits until the process has ended, without taking its status: it stays a zombie, and its number its own. It reports whether it could.
func awaitExit(pid int) bool {
	const pPID = 1
	var info [128]byte // siginfo_t; nothing in it is needed
	for {
		_, _, errno := syscall.Syscall6(syscall.SYS_WAITID, pPID, uintptr(pid), uintptr(unsafe.Pointer(&info)), syscall.WEXITED|syscall.WNOWAIT, 0, 0)
		runtime.KeepAlive(&info)
		if errno != syscall.EINTR {
			return errno == 0
		}
	}
}
