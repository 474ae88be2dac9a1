package daemon

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/daemon/datagram"
	"github.com/opendsom/dsom/daemon/supervise"
	"github.com/opendsom/dsom/daemon/visitors"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/svc/implrepo"
	"github.com/opendsom/dsom/svc/somdd/wire"
)

// The values of Config.UDP that are no addresses.
const (
	UDPLoopback = "loopback" // where programs of this machine alone reach it
	UDPAll      = "all"      // at each address that this machine has when the daemon starts
	UDPOff      = "off"
)

// CheckUDP reports what is wrong with a value of Config.UDP.
func CheckUDP(all []string) error {
	for _, s := range all {
		switch s {
		case UDPLoopback:
			continue
		case UDPAll, UDPOff:
			if len(all) > 1 {
				return fmt.Errorf("%s stands alone", s)
			}
			continue
		}
		a, err := netip.ParseAddr(s)
		switch {
		case err != nil:
			return fmt.Errorf("%q is no address, nor loopback, all or off", s)
		case a.IsUnspecified():
			return fmt.Errorf("%s: say all, which is each address of this machine by itself, so that an answer comes from where was asked", s)
		case a.IsMulticast():
			return fmt.Errorf("%s is the address of a group, and the daemon is in none: say addresses of this machine", s)
		}
	}
	return nil
}

// datagrams is the daemon's part by UDP.
type datagrams struct {
	at     []netip.AddrPort // where it hears
	server *datagram.Server
}

// udpAddresses returns where datagrams are to be heard, and whether somebody has asked for that.
func udpAddresses(want []string, host string) (all []netip.Addr, asked bool) {
	loopback := func() {
		at, err := netip.ParseAddr(host)
		switch {
		case host == "" || err == nil && at.IsUnspecified():
			all = append(all, netip.AddrFrom4([4]byte{127, 0, 0, 1}))
			if err != nil || at.Is6() {
				all = append(all, netip.IPv6Loopback())
			}
		case err == nil && at.IsLoopback():
			all = append(all, at)
		case host == "localhost":
			all = append(all, netip.AddrFrom4([4]byte{127, 0, 0, 1}))
		}
	}
	if len(want) == 0 {
		loopback()
		return all, false
	}
	for _, s := range want {
		switch s {
		case UDPOff:
			return nil, true
		case UDPLoopback:
			loopback()
		case UDPAll:
			list, _ := net.InterfaceAddrs()
			for _, a := range list {
				if n, ok := a.(*net.IPNet); ok {
					if at, ok := netip.AddrFromSlice(n.IP); ok && !at.Unmap().IsMulticast() && !at.IsLinkLocalUnicast() {
						all = append(all, at.Unmap())
					}
				}
			}
		default:
			if at, err := netip.ParseAddr(s); err == nil {
				all = append(all, at)
			}
		}
	}
	slices.SortFunc(all, netip.Addr.Compare)
	return slices.Compact(all), true
}

// openUDP begins to hear datagrams, at the port where calls are taken. What was not asked for and cannot be had is said in the log.
func (f *front) openUDP() error {
	if f.c.RequireTLS { // who asks by a datagram would call by plain IIOP next
		return nil
	}
	e := f.orb.Endpoints()[0]
	want, asked := udpAddresses(f.c.UDP, e.Host)
	if len(want) == 0 {
		return nil
	}
	u := &datagrams{server: datagram.New(datagram.Config{Locate: f.where, Visit: f.datagramVisit, Time: f.c.answerTime, Limits: f.c.Limits, Log: f.seldom})}
	var conns []*net.UDPConn
	for _, a := range want {
		at := netip.AddrPortFrom(a, e.Port)
		c, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(at))
		if err == nil {
			u.at, conns = append(u.at, at), append(conns, c)
			continue
		}
		if asked {
			for _, c := range conns {
				_ = c.Close()
			}
			return fmt.Errorf("datagrams cannot be heard: %w; --udp says where", err)
		}
		f.c.Log.Info("no datagrams are heard at an address", "address", at, "error", err)
	}
	if len(conns) == 0 {
		return nil
	}
	for _, c := range conns {
		u.server.Serve(c)
	}
	f.datagrams.Store(u)
	return nil
}

// close ends the hearing of datagrams; u may be nil.
func (u *datagrams) close() error {
	if u == nil {
		return nil
	}
	return u.server.Close()
}

// datagramVisit counts a datagram that is none of a client's among visitors.
func (f *front) datagramVisit(from netip.AddrPort, what datagram.Event, first []byte) {
	k := visitors.UDP
	if what == datagram.Limited || what == datagram.Refused {
		k = visitors.UDPRefused
	}
	f.visitors.Datagram(from, k, first)
}

// errNotHere says that where an object is is not for a datagram to tell.
var errNotHere = errors.New("this is told by a connection")

// where tells a client by a datagram where an object is. Nothing is started, made or changed: of a server that does not run the daemon takes the calls.
func (f *front) where(ctx context.Context, client net.Addr, key []byte) (datagram.Answer, error) {
	if u, is := client.(*net.UDPAddr); is {
		client = net.TCPAddrFromAddrPort(u.AddrPort()) // as which he calls next
	}
	ctx = orb.WithPeer(ctx, client)
	if k, is := wire.ParseKey(key); is && k.Server != wire.DaemonID {
		return datagram.Answer{}, errNotHere
	}
	if k, ours := ior.ParseKey(key); ours && k.Server != f.orb.ServerID() {
		if k.Incarnation != 0 {
			return datagram.Answer{}, nil // a transient object is to be found at its server alone
		}
		live, err := f.locator.sup.Standing(ctx, implrepo.UUID(k.Server), supervise.Want{Object: objectPath(k)})
		switch {
		case errors.Is(err, implrepo.ErrUnknown):
			return datagram.Answer{}, nil
		case errors.Is(err, supervise.ErrNotUp):
			return datagram.Answer{Exists: true}, nil
		case err != nil:
			return datagram.Answer{}, err
		}
		to := f.locator.newWay(live.Endpoints).reference(ctx, f.locator, key)
		if len(to.Profiles) == 0 {
			return datagram.Answer{}, errNotHere
		}
		return datagram.Answer{Exists: true, Forward: to}, nil
	}
	t, err := f.root.Find(ctx, orb.Query{Key: key})
	if t.Scope != nil {
		err = errors.Join(err, t.Scope.Release())
	}
	switch {
	case errors.Is(err, exc.ObjectNotExist):
		return datagram.Answer{}, nil
	case err != nil:
		return datagram.Answer{}, err
	}
	return datagram.Answer{Exists: t.Servant != nil || t.Forward != nil, Forward: t.Forward}, nil
}

// status is what the daemon says of its part by UDP; nil: it hears no datagrams.
func (f *front) udpStatus() *admin.UDP {
	u := f.datagrams.Load()
	if u == nil {
		return nil
	}
	s := &admin.UDP{Counts: map[string]uint64{}}
	for _, a := range u.at {
		s.Addresses = append(s.Addresses, a.String())
	}
	for e, n := range u.server.Counts() {
		s.Counts[string(e)] = n
	}
	return s
}
