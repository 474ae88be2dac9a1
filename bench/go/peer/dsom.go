package peer

import (
	"context"
	"net"

	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"

	"peers/gen/peers"
)

// The "dsom" peer is this project's ORB, with its defaults: the default time-out of 60 s,
// limits on (connections from one address are raised for the workload idle), GIOP 1.2.

type dsomServant struct {
	peers.PeerBase
	_ byte
}

func (*dsomServant) Ping(context.Context) error { return nil }
func (*dsomServant) Echo(_ context.Context, data peers.Bytes) (peers.Bytes, error) {
	return data, nil
}
func (*dsomServant) Structs(_ context.Context, seq peers.Items) (peers.Items, error) {
	return seq, nil
}

func serveDSOM(l net.Listener) error {
	addr := l.Addr().String()
	l.Close() // the ORB listens itself
	return serveBy(orb.Config{Listen: []string{"tcp:" + addr}})
}

// serveBy serves as c says.
func serveBy(c orb.Config) error {
	c.Limits = new(limits.Limits)
	c.Limits.Set(limits.ConnectionsPerAddress, limits.Unlimited)
	o, err := orb.New(c)
	if err != nil {
		return err
	}
	if _, err := poa.New(o).ActivateKey("Echo", peers.PeerClass.Servant(new(dsomServant))); err != nil {
		return err
	}
	select {}
}

type dsomConn struct {
	o *orb.ORB
	p peers.Peer
}

func dialDSOM(addr string) (Conn, error) {
	return dialBy(orb.Config{}, "corbaloc:iiop:1.2@"+addr+"/Echo")
}

func dialBy(c orb.Config, url string) (Conn, error) {
	o, err := orb.New(c)
	if err != nil {
		return nil, err
	}
	ref, err := o.Resolve(context.Background(), url)
	if err != nil {
		return nil, err
	}
	return &dsomConn{o, peers.PeerClass.Unchecked(ref)}, nil
}

func (c *dsomConn) Ping() error { return c.p.Ping(context.Background()) }

func (c *dsomConn) Echo(p []byte) (int, error) {
	b, err := c.p.Echo(context.Background(), p)
	return len(b), err
}

func (c *dsomConn) Structs(k int) func() (int, error) {
	s := make(peers.Items, k)
	for i, x := range items(k) {
		s[i] = peers.Item{Id: x.ID, X: x.X, Y: x.Y, Name: x.Name}
	}
	return func() (int, error) {
		r, err := c.p.Structs(context.Background(), s)
		return len(r), err
	}
}

func (c *dsomConn) Close() error { return c.o.Shutdown(context.Background()) }

func init() { Peers["dsom"] = Peer{Serve: serveDSOM, Dial: dialDSOM} }
