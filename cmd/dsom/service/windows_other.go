//go:build !windows

package service

import (
	"context"
	"errors"
	"io"
)

var errElsewhere = errors.New("a service of Windows is installed on Windows")

// Install has Windows run the daemon. Elsewhere it fails.
func (s Service) Install(context.Context, bool) error { return errElsewhere }

// Remove has Windows run the daemon no more. Elsewhere it fails.
func Remove(context.Context) error { return errElsewhere }

// Serve runs the program as Windows wants services run, if it is one, and reports whether it was.
func Serve(context.Context, func(ctx context.Context, out io.Writer) (status int)) (status int, is bool) {
	return 0, false
}
