package gopeer

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/opendsom/dsom/interop/gen/interop"
	"github.com/opendsom/dsom/interop/gopeer/cases"
	"github.com/opendsom/dsom/interop/peer"
	"github.com/opendsom/dsom/interop/wiretap"
)

// clientTime bounds all cases of a client.
const clientTime = peer.Patience

// Run starts an ORB, runs the client against a hub, and ends the ORB: the cases named, or all but those that are run only
// when named.
func Run(t testing.TB, options Options, url string, names ...string) peer.Report {
	t.Helper()
	o := NewORB(t, options)
	r := o.Run(t, url, names...)
	o.Stop(t)
	return r
}

// Run runs the client in an ORB that the caller ends.
func (o *ORB) Run(t testing.TB, url string, names ...string) peer.Report {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), clientTime)
	defer cancel()
	hub, err := interop.HubClass.Bind(ctx, o.ORB, url)
	if err != nil {
		t.Fatalf("%s: %v", url, err)
	}
	c := cases.Client{
		ORB: o.ORB, Hub: hub, Idle: o.idle, Transport: o.transport, Seed: peer.Seed(t),
		Name: fmt.Sprintf("go run %d of %s, %d", os.Getpid(), t.Name(), time.Now().UnixNano()),
		Made: func() int { return o.Tap.Count(wiretap.Made) },
	}
	r := c.Run(ctx, names...)
	r.Made, r.Served, r.Oneways = o.Tap.Count(wiretap.Made), o.Tap.Count(wiretap.Answered), o.Tap.Count(wiretap.Oneway)
	return r
}
