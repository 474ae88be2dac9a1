package server

import (
	"context"
	"net"
	"strconv"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
)

// elsewhere answers requests for objects of other servers: a client comes here with one when
// the server that it was once sent to has ended, and this one listens where that did. He is
// sent to the daemon, which knows where the object is now.
type elsewhere struct {
	host string // of the daemon
	port uint16
}

// toDaemon returns the handler for the daemon at host:port.
func toDaemon(address string) (orb.Handler, error) {
	host, p, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	port, err := strconv.ParseUint(p, 10, 16)
	if err != nil {
		return nil, err
	}
	return elsewhere{host, uint16(port)}, nil
}

// Find forwards to the daemon what may be an object that it knows the way to.
func (e elsewhere) Find(_ context.Context, q orb.Query) (orb.Target, error) {
	k, ours := ior.ParseKey(q.Key)
	if !ours || k.Incarnation != 0 {
		return orb.Target{}, exc.New(exc.ObjectNotExist, exc.MinorObjectUnknown, exc.No, "this server has no object with the key %q", q.Key)
	}
	p := ior.IIOP{Version: cdr.V12, Host: e.host, Port: e.port, Key: append([]byte(nil), q.Key...)}
	return orb.Target{Forward: &ior.IOR{Profiles: []ior.Profile{p.Profile()}}}, nil
}
