//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package peer

import "errors"

var errPlatform = errors.New("peers are built on Unix systems with flock only")

func lock(string) (func(), error) { return nil, errPlatform }

func checkOwn(string) error { return errPlatform }
