package orb_test

import (
	"fmt"
	"net"
	"net/netip"
	"sync"

	"github.com/opendsom/dsom/orb"
)

// A netDoor lets in who comes from certain networks, and so many at once from each of them.
type netDoor struct {
	networks []netip.Prefix // the first that a client is in counts
	most     int

	mu   sync.Mutex
	open map[netip.Prefix]int
}

func (d *netDoor) network(peer net.Addr) (n netip.Prefix, ok bool) {
	a, err := netip.ParseAddrPort(peer.String())
	if err != nil { // of no address: it has come from this process
		return n, false
	}
	for _, n := range d.networks {
		if n.Contains(a.Addr().Unmap().WithZone("")) {
			return n, true
		}
	}
	return n, false
}

// Admit counts a connection, unless its network has as many as it may.
func (d *netDoor) Admit(peer net.Addr) error {
	n, ok := d.network(peer)
	if !ok {
		return fmt.Errorf("%v is in none of the networks that are served", peer)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.open[n] >= d.most {
		return fmt.Errorf("there are %d connections from %v already", d.most, n)
	}
	d.open[n]++
	return nil
}

// Left is told of each that Admit has counted, once.
func (d *netDoor) Left(v orb.Visit) {
	n, _ := d.network(v.Peer)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.open[n]--
}

func ExampleDoor() {
	door := &netDoor{
		networks: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("2001:db8::/32")},
		most:     2, open: map[netip.Prefix]int{},
	}
	// o, err := orb.New(orb.Config{Listen: []string{"tcp::3053"}, Door: door})
	for _, peer := range []string{"10.1.2.3:40000", "10.1.9.9:40001", "10.1.2.3:40002", "[2001:db8::7]:40003", "192.0.2.1:40004"} {
		a := net.TCPAddrFromAddrPort(netip.MustParseAddrPort(peer))
		if err := door.Admit(a); err != nil {
			fmt.Println("refused:", err)
		} else {
			fmt.Println("let in:", a)
		}
	}
	door.Left(orb.Visit{Peer: &net.TCPAddr{IP: net.IPv4(10, 1, 2, 3), Port: 40000}})
	fmt.Println("then:", door.Admit(&net.TCPAddr{IP: net.IPv4(10, 1, 2, 3), Port: 40005}))

	// Output:
	// let in: 10.1.2.3:40000
	// let in: 10.1.9.9:40001
	// refused: there are 2 connections from 10.1.0.0/16 already
	// let in: [2001:db8::7]:40003
	// refused: 192.0.2.1:40004 is in none of the networks that are served
	// then: <nil>
}
