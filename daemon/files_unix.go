//go:build unix

package daemon

import "syscall"

// maxFiles returns how many files this process may have open, 0 if the system does not tell. The
// runtime has raised the number to what the user may have.
func maxFiles() uint64 {
	var r syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &r); err != nil {
		return 0
	}
	return uint64(r.Cur)
}
