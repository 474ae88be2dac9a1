//go:build !unix

package child

import (
	"errors"
	"syscall"
)

func become(_ *syscall.SysProcAttr, name string) ([]string, error) {
	if name != "" {
		return nil, errors.New("a program cannot be started under another account on this system")
	}
	return nil, nil
}
