//go:build !windows

package socket

import (
	"errors"
	"syscall"
)

// IsRefused reports whether an attempt to connect has failed because nobody listens.
func IsRefused(err error) bool { return errors.Is(err, syscall.ECONNREFUSED) }
