//go:build unix && !aix && !solaris

package daemon_test

import (
	"os"
	"syscall"
)

// lock takes an exclusive lock on a file for the rest of the process's life.
func lock(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	fd, err := syscall.Dup(int(f.Fd())) // the lock outlives f
	if err != nil {
		return err
	}
	syscall.CloseOnExec(fd)
	return syscall.Flock(fd, syscall.LOCK_EX|syscall.LOCK_NB)
}
