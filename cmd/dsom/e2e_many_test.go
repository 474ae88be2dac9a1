//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/opendsom/dsom/daemon/admin"
	demo "github.com/opendsom/dsom/demo/bank"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/std/cosnaming"
	"github.com/opendsom/dsom/svc/implrepo"
)

// TestMany registers a thousand servers with a daemon and binds ten thousand names of their objects, by several callers at once, and kills the daemon while they do; a tenth of each
// unless DSOM_SOAK is set, since every one is a write that the disk has taken. Whatever was acknowledged is there afterwards, once, and leads to the server it was bound to; nothing else
// is; and a server of the many is found, started and called by its name.
func TestMany(t *testing.T) {
	servers, names := 100, 1000
	if os.Getenv("DSOM_SOAK") != "" {
		servers, names = 1000, 10_000
	}
	const writers, contexts = 8, 20
	h := newHouse(t)
	h.startDaemon("--listen", "127.0.0.1:0")
	program := h.script("bank", h.bankScript())
	uuids := h.registerMany(servers, writers, program)
	address := h.address                        // which stays; h's is written by each daemon that is started
	reference := func(server string) *ior.IOR { // that of its main account
		u, err := implrepo.ParseUUID(server)
		if err != nil {
			t.Fatal(err)
		}
		ref, err := demo.Reference(u, address, demo.MainAccount)
		if err != nil {
			t.Fatal(err)
		}
		return ref
	}
	o := client(t)
	root, err := cosnaming.NamingContextExtClass.Bind(t.Context(), o, "corbaloc::"+h.address+"/NameService")
	if err != nil {
		t.Fatal(err)
	}
	for c := range contexts {
		if _, err := root.BindNewContext(t.Context(), manyName(c, -1)); err != nil {
			t.Fatal(err)
		}
	}
	acknowledged := make([]atomic.Bool, names)
	var next atomic.Int64
	halfway := make(chan struct{})
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < names; i = int(next.Add(1)) - 1 {
				if i == names/2 {
					close(halfway)
				}
				err := errors.New("not tried yet")
				for try := 0; err != nil && try < 1000; try++ { // the daemon may be away: whoever was not answered tries again
					if err = root.Rebind(t.Context(), manyName(i%contexts, i), o.NewRef(reference(uuids[i%servers]))); err != nil {
						h.up(t.Context())
					}
				}
				if err != nil {
					t.Errorf("name %d is never bound: %v", i, err)
				}
				acknowledged[i].Store(err == nil)
			}
		})
	}
	<-halfway
	h.killDaemon()
	h.startDaemon()
	wg.Wait()
	h.killDaemon()
	h.startDaemon()

	seen := map[string]int{}
	for c := range contexts {
		ref, err := root.Resolve(t.Context(), manyName(c, -1))
		if err != nil {
			t.Fatal(err)
		}
		listMany(t, cosnaming.NamingContextClass.Unchecked(orb.RefOf(ref)), seen)
	}
	if len(seen) != names {
		t.Errorf("%d names are listed, and %d were bound", len(seen), names)
	}
	for i := range names {
		n := manyName(i%contexts, i)
		ref, err := root.Resolve(t.Context(), n)
		switch {
		case !acknowledged[i].Load():
		case err != nil || seen[n[1].Id] != 1:
			t.Errorf("name %d was acknowledged: listed %d times, resolved: %v", i, seen[n[1].Id], err)
		default:
			p, err := orb.RefOf(ref).IOR().Profiles[0].IIOP()
			k, _ := ior.ParseKey(p.Key)
			if got := implrepo.UUID(k.Server).String(); err != nil || got != uuids[i%servers] {
				t.Errorf("name %d leads to server %s, not %s", i, got, uuids[i%servers])
			}
		}
	}
	d, err := admin.Open(h.state)
	if err != nil {
		t.Fatal(err)
	}
	if all, err := d.Servers(t.Context()); err != nil || len(all) != servers {
		t.Errorf("%d servers are registered, of %d: %v", len(all), servers, err)
	}
	last := manyName((names-1)%contexts, names-1)
	a := account(t, o, "corbaname::"+h.address+"#"+last[0].Id+"/"+last[1].Id)
	if err := a.Deposit(t.Context(), 5); err != nil {
		t.Error(err)
	}
	if s := h.server(fmt.Sprintf("many%d", (names-1)%servers)); s.Run.State != admin.StateReady {
		t.Errorf("what was called by name is %s", s.Run.State)
	}
	if n := strings.Count(h.must("server", "list"), "many"); n != servers {
		t.Errorf("dsom server list tells of %d of %d", n, servers)
	}
}

// manyName is the name of the i-th of many in a context, or with -1 the context's.
func manyName(c, i int) cosnaming.Name {
	n := cosnaming.Name{{Id: fmt.Sprintf("context%d", c)}}
	if i >= 0 {
		n = append(n, cosnaming.NameComponent{Id: fmt.Sprintf("name%d", i)})
	}
	return n
}

// registerMany registers n servers of a program, by several callers at once, and returns their UUIDs.
func (h *house) registerMany(n, callers int, program string) []string {
	h.t.Helper()
	d, err := admin.Open(h.state)
	if err != nil {
		h.t.Fatal(err)
	}
	uuids := make([]string, n)
	var next atomic.Int64
	var wg sync.WaitGroup
	for range callers {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				s, err := d.Add(h.t.Context(), admin.Server{Name: fmt.Sprintf("many%d", i), Command: []string{program}, Dir: "/", Activation: "on-demand"})
				if err != nil {
					h.t.Error(err)
				}
				uuids[i] = s.UUID
			}
		})
	}
	wg.Wait()
	if h.t.Failed() {
		h.t.FailNow()
	}
	return uuids
}

// up returns when a daemon answers at the house's address, or ctx ends.
func (h *house) up(ctx context.Context) {
	for ctx.Err() == nil {
		if d, err := admin.Open(h.state); err == nil {
			if _, err := d.Status(ctx); err == nil {
				return
			}
		}
	}
}

// listMany counts what is bound in a context, by its iterator.
func listMany(t *testing.T, c cosnaming.NamingContext, seen map[string]int) {
	t.Helper()
	some, more, err := c.List(t.Context(), 10)
	for err == nil {
		for _, b := range some {
			seen[b.BindingName[0].Id]++
		}
		if more == nil {
			return
		}
		var has bool
		if has, some, err = more.NextN(t.Context(), 17); err == nil && !has {
			_ = more.Destroy(t.Context())
			return
		}
	}
	t.Fatal(err)
}
