package doctor

import (
	"context"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"time"

	"github.com/shirou/gopsutil/v4/disk"

	"github.com/opendsom/dsom/probe"
)

// A Machine answers what is asked of the system.
type Machine interface {
	Hostname() (string, error)

	// Network is what addresses are tried over; nil is the machine's own.
	Network() probe.Network

	// Interfaces returns those of the network.
	Interfaces() ([]Interface, error)

	// Lookup returns the addresses of a host.
	Lookup(ctx context.Context, host string) ([]netip.Addr, error)

	// Owner says which program listens at a TCP port; "" if none does.
	Owner(ctx context.Context, port uint16) string

	Now() time.Time

	// Synchronised reports whether the clock follows others, as far as the system knows.
	Synchronised() (yes, known bool)

	// Files returns how many files a process of this user may have open; 0 if that is not known.
	Files() uint64

	// Free returns the octets that a folder's file system has left, and has in all.
	Free(folder string) (left, all uint64, err error)

	// Filters says what filters packets, "" if nothing does; known is false where the system is not asked.
	Filters() (in string, known bool)

	// Program returns why a program cannot be run.
	Program(name string) error
}

// thisMachine asks the system.
type thisMachine struct{}

func (thisMachine) Hostname() (string, error) { return os.Hostname() }
func (thisMachine) Network() probe.Network    { return nil }
func (thisMachine) Now() time.Time            { return time.Now() }

func (thisMachine) Lookup(ctx context.Context, host string) ([]netip.Addr, error) {
	return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
}

func (thisMachine) Owner(context.Context, uint16) string { return "" }

func (thisMachine) Free(folder string) (left, all uint64, err error) {
	u, err := disk.Usage(folder)
	if err != nil {
		return 0, 0, err
	}
	return u.Free, u.Total, nil
}

func (thisMachine) Program(name string) error {
	_, err := exec.LookPath(name)
	return err
}

// System is this machine, with what tells who listens at a port: package portscan does, which stands beside this one.
type System struct {
	thisMachine
	Listens func(ctx context.Context, port uint16) string
}

// Owner asks Listens.
func (s System) Owner(ctx context.Context, port uint16) string {
	if s.Listens == nil {
		return ""
	}
	return s.Listens(ctx, port)
}
