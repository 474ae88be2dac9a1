package daemon

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"sync"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/daemon/datagram"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/ipx"
	"github.com/opendsom/dsom/transport/ipx/locate"
	"github.com/opendsom/dsom/transport/ipx/sap"
	"github.com/opendsom/dsom/transport/ipx/tunnel"
	"github.com/opendsom/dsom/transport/spx"
)

// IPX says how the daemon takes part in a network of IPX: it takes calls by SPX at a socket, and is found by a name there.
type IPX struct {
	spx.Settings
	Name   string // by which servers of IPX are found (SAP); "": by address alone
	Socket uint16 // 0: 3053
}

// onIPX is the daemon's part in IPX.
type onIPX struct {
	c    IPX
	log  *slog.Logger
	s    *ipx.Station
	by   *spx.Transport
	serv *tunnel.Server // nil: it is none

	asked datagram.Tally // by datagrams where objects are

	mu     sync.Mutex
	tell   *sap.Teller // nil until calls are let in
	locate *locate.Server
}

// openIPX makes the station and the transport.
func openIPX(ctx context.Context, c IPX, lim *limits.Limits, log *slog.Logger) (*onIPX, error) {
	n := &onIPX{c: c, log: log}
	n.c.Socket = cmp.Or(c.Socket, spx.Port)
	x := spx.Config{
		Open:     func(context.Context) (*ipx.Station, error) { return n.s, nil },
		Resolver: sap.Finder{}, Node: c.Name, Limits: lim,
	}
	s, carrier, err := c.Start(ctx, log)
	if err != nil {
		return nil, fmt.Errorf("IPX: %w; ports below 1024 are for root, or who has CAP_NET_BIND_SERVICE, and frames of Ethernet for who has CAP_NET_RAW", err)
	}
	n.s = s
	n.serv, _ = carrier.(*tunnel.Server)
	n.by = spx.New(x)
	if _, err := n.by.Host(ctx); err != nil {
		return nil, err
	}
	return n, nil
}

// endpoint is where the daemon listens.
func (n *onIPX) endpoint() string { return spx.Endpoint("", n.c.Socket).String() }

// environment is what servers are told: nothing, if they cannot take part beside the daemon.
func (n *onIPX) environment() []string {
	beside, ok := n.c.Beside(n.c.At())
	if !ok {
		return []string{spx.EnvCarrier + "="}
	}
	return append(beside.Environment(), spx.EnvDaemon+"="+spx.Endpoint(cmp.Or(n.c.Name, n.s.Addr().Host()), n.c.Socket).String())
}

// start answers datagrams, as by does, and tells the network of the daemon, if it has a name.
func (n *onIPX) start(by *datagram.Locator) {
	h, err := n.by.Host(context.Background())
	if err != nil { // cannot be: it is there
		n.log.Error("datagrams of IPX are not answered", "error", err)
		return
	}
	l := locate.New(n.s, func(out []byte, from ipx.Addr, b []byte) []byte {
		out, what := by.Answer(out, spx.Addr(from), b, locate.MostReply)
		n.asked.Add(what)
		return out
	})
	n.mu.Lock()
	n.locate = l
	n.mu.Unlock()
	h.Others(l.Take)
	n.log.Info("calls are taken by SPX", "address", n.s.Addr().Host(), "socket", n.c.Socket, "name", n.c.Name)
	if n.c.Name == "" {
		return
	}
	t, err := sap.Tell(n.s, n.c.Name, n.c.Socket)
	if err != nil {
		n.log.Error("the network of IPX cannot be told of the daemon's name", "name", n.c.Name, "error", err)
		return
	}
	n.mu.Lock()
	n.tell = t
	n.mu.Unlock()
}

// silence tells the network that the daemon ends.
func (n *onIPX) silence() {
	if n == nil {
		return
	}
	n.mu.Lock()
	t, l := n.tell, n.locate
	n.tell, n.locate = nil, nil
	n.mu.Unlock()
	if l != nil {
		if h, err := n.by.Host(context.Background()); err == nil {
			h.Others(nil)
		}
		l.Close()
	}
	if t != nil {
		t.Close()
	}
}

// close ends the station, after the ORB.
func (n *onIPX) close() error {
	if n == nil {
		return nil
	}
	return n.by.Close()
}

// components returns what references say of a server that listens at some endpoints.
func (n *onIPX) components(endpoints []string) []ior.Component {
	if n == nil {
		return nil
	}
	var all []string
	for _, s := range endpoints {
		if e, err := transport.ParseEndpoint(s); err == nil && e.Network == spx.Name {
			all = append(all, s)
		}
	}
	return ior.NamedComponents(all)
}

// status is what the daemon says of its part in IPX.
func (n *onIPX) status() *admin.IPX {
	if n == nil {
		return nil
	}
	s := &admin.IPX{Carrier: n.c.Carrier, Address: n.s.Addr().Host(), Socket: n.c.Socket, Name: n.c.Name}
	c, at, _ := n.by.Counts()
	s.Counts = map[string]uint64{
		"packets-received": at.Received, "packets-sent": at.Sent, "malformed": at.Malformed + c.Malformed, "elsewhere": at.Elsewhere + c.Elsewhere, "unopened": at.Unopened, "full": at.Full + c.Full, "failed": at.Failed, "pings": at.Pings,
		"asked": c.Asked, "opened": c.Opened, "again": c.Again, "doubled": c.Doubled, "beyond": c.Beyond, "lies": c.Lies, "stray": c.Stray, "silent": c.Silent,
	}
	n.mu.Lock()
	t, l := n.tell, n.locate
	n.mu.Unlock()
	if l != nil {
		asked := n.asked.Counts()
		for _, e := range []datagram.Event{datagram.Here, datagram.Unknown, datagram.Forwarded, datagram.Shortened, datagram.Unsaid, datagram.Garbage, datagram.Malformed, datagram.Refused} {
			s.Counts["locates-"+string(e)] = asked[e]
		}
		s.Counts["locates-limited"] = l.Counts().Limited
	}
	if s.Told = t != nil; t != nil {
		s.Counts["queries"], s.Counts["queries-refused"], s.Counts["queries-malformed"] = t.Counts()
	}
	if n.serv != nil {
		s.Clients = n.serv.Clients()
		v := n.serv.Counts()
		for what, k := range map[string]uint64{"registered": v.Registered, "relayed": v.Relayed, "broadcast": v.Broadcast, "malformed": v.Malformed, "unknown": v.Unknown, "foreign": v.Foreign, "no-client": v.NoClient, "full": v.Full} {
			s.Counts["tunnel-"+what] = k
		}
	}
	return s
}
