package spx_test

import (
	"context"
	"testing"
	"time"

	"github.com/opendsom/dsom/internal/ipxtest"
	"github.com/opendsom/dsom/internal/leaktest"
	"github.com/opendsom/dsom/internal/transporttest"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/ipx"
	"github.com/opendsom/dsom/transport/ipx/tunnel"
	"github.com/opendsom/dsom/transport/spx"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// split is a transport that dials at one station and listens at another.
type split struct{ dial, listen *spx.Transport }

func (split) Name() string { return spx.Name }
func (s split) Dial(ctx context.Context, e transport.Endpoint) (transport.Conn, error) {
	return s.dial.Dial(ctx, e)
}
func (s split) Listen(ctx context.Context, e transport.Endpoint) (transport.Listener, error) {
	return s.listen.Listen(ctx, e)
}

func over(t *testing.T, c ipx.Carrier, config spx.HostConfig) *spx.Transport {
	t.Helper()
	x := spx.New(spx.Config{Open: func(context.Context) (*ipx.Station, error) { return ipx.NewStation(c), nil }, Host: config})
	if _, err := x.Host(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = x.Close() })
	return x
}

func at(x *spx.Transport) transport.Endpoint {
	h, _ := x.Host(context.Background())
	return transport.Endpoint{Network: spx.Name, Host: h.Station().Addr().Host()}
}

// pairOn makes two hosts on a wire.
func pairOn(t *testing.T, w *ipxtest.Wire, config spx.HostConfig) split {
	return split{over(t, w.Port(ipxtest.Node(1)), config), over(t, w.Port(ipxtest.Node(2)), config)}
}

func TestSuite(t *testing.T) {
	for name, c := range map[string]spx.HostConfig{"II": {}, "I": {Only1: true}, "narrow": {Window: 2}} {
		t.Run(name, func(t *testing.T) {
			x := pairOn(t, ipxtest.New(ipxtest.Faults{}), c)
			transporttest.Run(t, transporttest.Subject{Transport: x, Endpoint: at(x.listen), Lazy: true, Allocates: 8})
		})
	}
}

// TestSuiteToOneself has both ends at one station.
func TestSuiteToOneself(t *testing.T) {
	x := over(t, ipxtest.New(ipxtest.Faults{}).Port(ipxtest.Node(1)), spx.HostConfig{})
	transporttest.Run(t, transporttest.Subject{Transport: x, Endpoint: at(x), Lazy: true, Allocates: 2})
}

// TestSuiteTunnelled goes by real sockets, and a server of the tunnel between.
func TestSuiteTunnelled(t *testing.T) {
	s, err := tunnel.Listen(t.Context(), "127.0.0.1:0", ipxtest.Net)
	if err != nil {
		t.Fatal(err)
	}
	c, err := tunnel.Dial(t.Context(), s.At().String(), ipxtest.Net, nil)
	if err != nil {
		t.Fatal(err)
	}
	x := split{over(t, c, spx.HostConfig{}), over(t, s, spx.HostConfig{})}
	transporttest.Run(t, transporttest.Subject{Transport: x, Endpoint: at(x.listen), Lazy: true, Allocates: 2})
}

// TestSuiteFaulty loses, doubles and reorders packets on real time.
func TestSuiteFaulty(t *testing.T) {
	x := pairOn(t, ipxtest.New(ipxtest.Faults{Seed: 7, Loss: 0.002, Double: 0.002, Reorder: 0.01, Late: time.Millisecond}), spx.HostConfig{})
	transporttest.Run(t, transporttest.Subject{Transport: x, Endpoint: at(x.listen), Lazy: true, Allocates: 16, Many: 20})
}
