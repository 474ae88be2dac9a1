package probe_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/probe"
)

// TestManyOfAll: a profile with as many sockets as are tried in all, and with an address of TLS and one of TCP behind them, is cut off, and harms nobody.
func TestManyOfAll(t *testing.T) {
	t.Parallel()
	var e ior.Endpoints
	for i := range 64 {
		e.Names = append(e.Names, fmt.Sprintf("unix:/nowhere/a%d", i))
	}
	b := ior.IIOP{Version: cdr.V12, Host: "8.0.0.1", Port: 1, Key: []byte("key"), Components: []ior.Component{e.Component(), ior.SSL{Supports: ior.Integrity, Port: 2}.Component()}}
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // what is planned is told nevertheless
	rep := (&probe.Prober{Network: newWorld(t)}).Probe(ctx, &ior.IOR{Profiles: []ior.Profile{b.Profile(), b.Profile()}})
	if n := len(rep.Addresses); rep.Reachable || n < 64 || n > 65 {
		t.Errorf("%d addresses, reachable: %t", n, rep.Reachable)
	}
}
