//go:build unix && !aix && !solaris

package process

import (
	"errors"
	"os"
	"syscall"
)

// leads reports whether the process leads a group of its own.
func leads(pid int) bool {
	g, err := syscall.Getpgid(pid)
	return err == nil && g == pid
}

func signalGroup(pid int, sig os.Signal) error {
	s, ok := sig.(syscall.Signal)
	if !ok {
		return errors.ErrUnsupported
	}
	err := syscall.Kill(-pid, s)
	if errors.Is(err, syscall.ESRCH) {
		return ErrGone
	}
	return err
}
