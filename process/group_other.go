//go:build !unix || aix || solaris

package process

import (
	"errors"
	"os"
)

func leads(int) bool { return false }

func signalGroup(int, os.Signal) error { return errors.ErrUnsupported }
