package daemon

import (
	"errors"
	"fmt"
	"net"
	"net/netip"

	"github.com/opendsom/dsom/process"
)

// DSOMClients says whose programs of SOM's DSOM may use the daemon: they have no token, and what they register is run.
type DSOMClients string

// The choices.
const (
	DSOMSameUser    DSOMClients = "same-user"    // those of the daemon's user and of root, on this machine; where the system does not tell users, nobody's
	DSOMThisMachine DSOMClients = "this-machine" // everybody's on this machine: all of them can then run programs as the daemon's user
	DSOMNobody      DSOMClients = "nobody"
)

// peers tells whose programs are at the other end of connections to the daemon.
type peers struct {
	live *live  // says who may
	port uint16 // at which the daemon takes calls
}

// A caller is the program at the other end of a connection, as far as the system tells.
type caller struct {
	process process.ID
	token   string // by which the daemon knows what it has started, if the program has one
}

// allow returns why a client of DSOM may not use the daemon.
func (p *peers) allow(peer net.Addr) error {
	may := p.live.now.Load().DSOMClients
	if peer == nil || may == DSOMThisMachine && onThisMachine(peer) {
		return nil
	}
	if may == DSOMNobody {
		return errors.New("the daemon was started so that it takes no programs of DSOM (--dsom-clients=nobody)")
	}
	at, err := netip.ParseAddrPort(peer.String())
	if err != nil || !onThisMachine(peer) {
		return fmt.Errorf("%v is another machine: what registers and starts servers must run on theirs", peer)
	}
	users, err := socketUsers(unmapped(at), p.port)
	if err == nil && len(users) == 0 {
		err = errors.New("the system knows no such connection")
	}
	if err != nil {
		return fmt.Errorf("it cannot be told whose program calls from %v: %w; start the daemon with --dsom-clients=this-machine if all users of this machine may run programs as its user", peer, err)
	}
	for _, u := range users {
		if u != 0 && u != ownUser() {
			return fmt.Errorf("the program that calls from %v is of user %d, and the daemon of user %d", peer, u, ownUser())
		}
	}
	return nil
}

// caller returns what is known of the program at the other end of a connection; likely is the process that it should be, if there is one.
func (p *peers) caller(peer net.Addr, likely process.ID) caller {
	if peer == nil {
		return caller{}
	}
	at, err := netip.ParseAddrPort(peer.String())
	if err != nil {
		return caller{}
	}
	return socketProcess(unmapped(at), p.port, likely)
}

func unmapped(at netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(at.Addr().Unmap().WithZone(""), at.Port())
}

// onThisMachine reports whether a client is on this machine.
func onThisMachine(peer net.Addr) bool {
	at, err := netip.ParseAddrPort(peer.String())
	if err != nil {
		return false
	}
	addr := unmapped(at).Addr()
	if addr.IsLoopback() {
		return true
	}
	own, known := ownAddress(addr.AsSlice())
	return own && known
}
