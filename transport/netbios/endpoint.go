package netbios

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/netbios/nbname"
	"github.com/opendsom/dsom/transport/netbios/nbss"
)

// A place is what the host of an endpoint says: who is called, and where.
type place struct {
	called nbname.Name
	node   nbname.Name // of the machine, if addr is not valid
	addr   netip.Addr
	port   uint16
}

// parse reads an endpoint: the host is CALLED, or CALLED@NODE. CALLED is a name of NetBIOS, NODE another, or an address of IPv4. Without, CALLED is the node's own.
// Names are as nbname.Parse reads them, and of the kind nbname.DSOM if they say nothing else. Port 0 is 139 for who connects.
func parse(e transport.Endpoint) (p place, err error) {
	called, node, two := strings.Cut(e.Host, "@")
	if !two {
		node = called
	}
	if p.called, err = nbname.Parse(called, nbname.DSOM); err != nil {
		return p, fmt.Errorf("endpoint %v: %w", e, err)
	}
	if p.port = e.Port; p.port == 0 {
		p.port = nbss.Port
	}
	if p.addr, err = netip.ParseAddr(node); err == nil && two {
		if !p.addr.Is4() {
			return p, fmt.Errorf("endpoint %v: NetBIOS goes by IPv4", e)
		}
		return p, nil
	}
	p.addr = netip.Addr{}
	if p.node, err = nbname.Parse(node, nbname.DSOM); err != nil {
		return p, fmt.Errorf("endpoint %v: %w", e, err)
	}
	return p, nil
}
