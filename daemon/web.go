package daemon

import (
	"cmp"
	"fmt"

	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/oneport"
	"github.com/opendsom/dsom/transport/tls"
	"github.com/opendsom/dsom/transport/ws"
)

// web makes set take WebSockets, and TLS at the port of plain IIOP, if that is to be, and be able to call by them.
func (f *front) web(set transport.Set) (transport.Set, error) {
	var one oneport.Config
	var sealed *tls.Transport
	if len(set) > 1 {
		sealed, _ = set[1].(*tls.Transport)
	}
	if sealed != nil && f.c.TLSListen == TLSSame {
		one.TLS = sealed
	}
	if f.c.Web != nil {
		c := *f.c.Web
		c.Limits = f.c.Limits
		by, err := ws.New(c)
		if err != nil {
			return nil, fmt.Errorf("WebSocket: %w", err)
		}
		one.Web = by
		set = append(set, by)
		if sealed != nil {
			c.TLS = sealed
			if by, err = ws.New(c); err != nil {
				return nil, fmt.Errorf("WebSocket: %w", err)
			}
			set = append(set, by)
			set[1] = oneport.New(sealed, oneport.Config{Web: one.Web})
		}
	}
	if one != (oneport.Config{}) {
		set[0] = oneport.New(set[0], one)
	}
	return set, nil
}

// webEndpoints returns where references lead to the daemon by WebSocket.
func (f *front) webEndpoints() []string {
	var names []string
	for _, e := range f.orb.Endpoints() {
		if !ior.IsWeb(e.String()) {
			continue
		}
		for _, at := range f.published {
			names = append(names, transport.Endpoint{Network: e.Network, Host: at.Host, Port: cmp.Or(f.mapped(e.Port, at.Port), e.Port)}.String())
		}
	}
	return names
}

// mapped is the port that leads from outside to a port here, as far as is known: that which is published leads to the first.
func (f *front) mapped(port, published uint16) uint16 {
	if port == f.orb.Endpoints()[0].Port {
		return published
	}
	return 0
}
