package portscan

import (
	"context"
	"errors"
	"net"
	"net/netip"

	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/probe/byudp"
)

// IdentifyUDP finds out what answers at a UDP address: it sends a LocateRequest for a key that no object has, and if that is answered one for that of a naming service, each three times at most. Of what answers in another
// protocol it says that alone, since it asks in no other. It fails as [Identify] does.
func IdentifyUDP(ctx context.Context, at netip.AddrPort) (Identity, error) {
	var d net.Dialer
	c, err := d.DialContext(ctx, "udp", at.String())
	if err != nil {
		return Identity{}, err
	}
	defer c.Close()
	a, err := byudp.Ask(ctx, c, nobody)
	var other *byudp.OtherError
	switch {
	case ctx.Err() != nil:
		return Identity{}, ctx.Err()
	case errors.Is(err, byudp.ErrRefused):
		return Identity{Protocol: Closed, Detail: "datagrams are refused: nobody hears them there"}, nil
	case errors.Is(err, byudp.ErrSilent):
		return Identity{Protocol: Silent, Detail: "it answers no question where an object is"}, nil
	case errors.As(err, &other):
		if h, err := giop.OpenDatagram(other.Octets); err == nil && h.Type == giop.TypeLocateRequest {
			return Identity{Protocol: Unknown, Detail: "it sends back what it gets"}, nil
		}
		found, _ := answer(other.Octets)
		return found, nil
	case err != nil:
		return Identity{}, err
	}
	found, _ := answer(a.Octets)
	if found.Greedy = here(a.Octets); !found.Greedy {
		if a, err = byudp.Ask(ctx, c, naming); err == nil {
			found.Naming = here(a.Octets)
		}
	}
	return found, ctx.Err()
}
