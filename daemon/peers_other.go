//go:build !linux

package daemon

import (
	"os"

	"github.com/opendsom/dsom/platform"
	"github.com/opendsom/dsom/process"
)

// ownUser is the user that the daemon runs as.
func ownUser() int { return os.Geteuid() }

// user fails with platform.TCPUser: it is not known how to find out here.
func (link) user() (int, error) { return 0, platform.TCPUser.Missing() }

// caller likewise.
func (link) caller(process.ID) caller { return caller{} }

// callerOf returns a process, whose environment is not seen.
func callerOf(id process.ID) caller { return caller{process: id} }

// isOfAny likewise.
func (link) isOfAny([]process.ID) bool { return false }

// mayBeOf likewise.
func (link) mayBeOf(process.ID) bool { return true }
