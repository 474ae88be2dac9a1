//go:build !linux

package daemon

import (
	"errors"
	"net/netip"
	"os"

	"github.com/opendsom/dsom/process"
)

// ownUser is the user that the daemon runs as.
func ownUser() int { return os.Geteuid() }

// socketUsers is not known how to find out here.
func socketUsers(netip.AddrPort, uint16) ([]int, error) { return nil, errors.ErrUnsupported }

// socketProcess likewise.
func socketProcess(netip.AddrPort, uint16, process.ID) caller { return caller{} }
