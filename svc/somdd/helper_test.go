package somdd_test

import (
	"context"
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/svc/somdd"
	"github.com/opendsom/dsom/svc/somdd/client"
	"github.com/opendsom/dsom/transport"
)

// principal is what the recorded programs call themselves.
var principal = giop.AppendDSOMPrincipal(nil, "root", "127.0.0.1")

// newORB returns an ORB that ends with the test.
func newORB(t testing.TB, c orb.Config) *orb.ORB {
	t.Helper()
	o, err := orb.New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := o.Shutdown(ctx); err != nil {
			t.Errorf("shutdown: %v", err)
		}
	})
	return o
}

// A daemon is a service that takes calls.
type daemon struct {
	servers *servers
	limits  *limits.Limits
	port    uint16
}

// newDaemon returns a daemon; change, if set, changes how it is made.
func newDaemon(t testing.TB, oc orb.Config, change func(*somdd.Config)) *daemon {
	t.Helper()
	d := &daemon{servers: newServers(), limits: new(limits.Limits)}
	oc.Listen, oc.Limits, oc.Principal = []string{"tcp:127.0.0.1:0"}, d.limits, principal
	o := newORB(t, oc)
	d.port = o.Endpoints()[0].Port
	d.servers.orb = o
	c := somdd.Config{
		Servers: d.servers, Limits: d.limits,
		Allow: func(context.Context) error { return nil },
		Addresses: func(context.Context) ([]transport.Endpoint, error) {
			return []transport.Endpoint{{Network: "tcp", Host: "127.0.0.1", Port: d.port}}, nil
		},
	}
	if change != nil {
		change(&c)
	}
	o.SetHandler(somdd.New(c))
	return d
}

// dial connects to the daemon as a program would, for 20 seconds at most.
func (d *daemon) dial() (net.Conn, error) {
	c, err := net.Dial("tcp", fmt.Sprint("127.0.0.1:", d.port))
	if err == nil {
		err = c.SetDeadline(time.Now().Add(20 * time.Second))
	}
	return c, err
}

// client returns a client of the daemon with an ORB of its own.
func (d *daemon) client(t testing.TB, c orb.Config) *client.Daemon {
	t.Helper()
	c.Principal = principal
	return client.At(newORB(t, c), "127.0.0.1", d.port)
}
