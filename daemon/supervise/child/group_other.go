//go:build !unix

package child

import (
	"os"
	"syscall"
)

func ownGroup() *syscall.SysProcAttr { return nil }

// signalGroup reaches the child alone: there are no groups here.
func signalGroup(p *os.Process, sig os.Signal) error { return p.Signal(sig) }
