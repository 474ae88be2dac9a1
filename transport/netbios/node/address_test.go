package node_test

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opendsom/dsom/transport/netbios/nbns"
	"github.com/opendsom/dsom/transport/netbios/node"
)

// TestOneFills: one address has its share of a name server's records, names of groups among them, and no more; it has room again for what it gives up, and for what has ended. Others are served meanwhile.
func TestOneFills(t *testing.T) {
	virtually(t, func(t *testing.T, l *lan) {
		s := l.node(t, 1, nbns.B, serves)
		mallory := l.open(at(66), at(66))
		defer mallory.Close()
		code := func(p *nbns.Packet) nbns.Code {
			mallory.WriteTo(p.Append(nil), at(1))
			b := make([]byte, 600)
			for {
				n, _, err := mallory.ReadFrom(b)
				if err != nil {
					t.Fatal(err)
				}
				if r, err := nbns.Parse(b[:n]); err == nil && r.Response && r.ID == p.ID {
					return r.Code
				}
			}
		}
		registers := func(i int, text string) nbns.Code {
			return code(nbns.Registration(uint16(i), name(text), nbns.Entry{Group: i%2 == 0, Addr: addr(66)}, 3600, false))
		}
		for i := range node.MostOfAddress {
			if c := registers(i, fmt.Sprint("M", i)); c != nbns.OK {
				t.Fatalf("name %d: %v", i, c)
			}
		}
		other := l.node(t, 2, nbns.P, asks(1))
		if err := other.Register(t.Context(), name("ALL"), true); err != nil {
			t.Fatal(err)
		}
		for i, text := range []string{"MORE", "ALL", "MORE"} {
			if c := registers(2*i, text); c != nbns.ServerErr {
				t.Errorf("beyond its share, %s: %v", text, c)
			}
		}
		if c := registers(2, "M2"); c != nbns.OK {
			t.Errorf("a name that it has: %v", c)
		}
		if full := s.Counts().Full; full != 3 {
			t.Errorf("%d were counted as full", full)
		}
		if err := other.Register(t.Context(), name("ADA"), false); err != nil {
			t.Errorf("another: %v", err)
		}
		if c := code(nbns.Release(1, name("M1"), nbns.Entry{Addr: addr(66)}, false)); c != nbns.OK {
			t.Errorf("release: %v", c)
		}
		if c := registers(4, "ALL"); c != nbns.OK {
			t.Errorf("after a release: %v", c)
		}
		where(t, other, name("ALL"), 2, 66)
		if c := registers(5, "MORE"); c != nbns.ServerErr {
			t.Errorf("beyond its share again: %v", c)
		}
		time.Sleep(2 * time.Hour)
		for i := range node.MostOfAddress {
			if c := registers(i, fmt.Sprint("L", i)); c != nbns.OK {
				t.Fatalf("when the others have ended, name %d: %v", i, c)
			}
		}
	})
}

// TestRegisteredAtOnce: who registers a name that is being registered is told what becomes of it; unless the first gives up, when he does it himself.
func TestRegisteredAtOnce(t *testing.T) {
	for what, c := range map[string]struct {
		taken  bool
		ctx    bool // the first gives up
		wanted nbns.Code
	}{"free": {}, "another's": {taken: true, wanted: nbns.ActiveErr}, "given up": {ctx: true}} {
		t.Run(what, func(t *testing.T) {
			virtually(t, func(t *testing.T, l *lan) {
				if c.taken {
					if err := l.node(t, 3, nbns.B, nil).Register(t.Context(), name("ADA"), false); err != nil {
						t.Fatal(err)
					}
				}
				asked := 0 // the first question is lost, so that an answer takes a while
				l.lose = func(_ *nbns.Packet, from, _ netip.AddrPort) bool {
					if from == at(2) {
						asked++
					}
					return asked == 1
				}
				n := l.node(t, 2, nbns.B, nil)
				first, second := make(chan error, 1), make(chan error, 1)
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				go func() { first <- n.Register(ctx, name("ADA"), false) }()
				synctest.Wait()
				go func() { second <- n.Register(t.Context(), name("ADA"), false) }()
				synctest.Wait()
				if c.ctx {
					cancel()
				}
				e1, e2 := <-first, <-second
				if _, has := n.Has(name("ADA")); has == c.taken {
					t.Errorf("the node has the name: %t", has)
				}
				switch {
				case c.taken && (!isNameError(e1, c.wanted) || !isNameError(e2, c.wanted)), !c.taken && e2 != nil, !c.taken && (e1 != nil) != c.ctx:
					t.Errorf("%v, %v", e1, e2)
				}
			})
		})
	}
}

// TestReleasedWhileRegistered: a name that is given up while it is being registered is not had, who registers it is told so, and one who registers it again has it, however late the first hears.
func TestReleasedWhileRegistered(t *testing.T) {
	for _, kind := range []nbns.NodeType{nbns.B, nbns.P} {
		t.Run(kind.String(), func(t *testing.T) {
			virtually(t, func(t *testing.T, l *lan) {
				l.node(t, 1, nbns.B, serves)
				n := l.node(t, 2, kind, asks(9)) // at P, a name server that is silent
				first := make(chan error, 1)
				go func() { first <- n.Register(t.Context(), name("ADA"), false) }()
				synctest.Wait()
				released := make(chan error, 1)
				go func() { released <- n.Release(t.Context(), name("ADA")) }()
				synctest.Wait()
				if err := <-first; err == nil || isSilence(err) {
					t.Errorf("the first is told %v", err)
				}
				if _, has := n.Has(name("ADA")); has {
					t.Error("a name is had that was given up")
				}
				again := n.Register(t.Context(), name("ADA"), false)
				<-released
				if _, has := n.Has(name("ADA")); has != (kind == nbns.B) || (again == nil) != has {
					t.Errorf("registered again: %t, %v", has, again)
				}
			})
		})
	}
}

// TestGivenUpIsReleased: of who registers a name and does not wait for the end the name server keeps no record, though it has made one and was not heard. Who registers the name meanwhile has it.
func TestGivenUpIsReleased(t *testing.T) {
	for _, again := range []bool{false, true} {
		for _, kind := range []nbns.NodeType{nbns.P, nbns.M, nbns.H} {
			t.Run(fmt.Sprint(kind, again), func(t *testing.T) {
				virtually(t, func(t *testing.T, l *lan) {
					l.node(t, 1, nbns.B, serves)
					n, other := l.node(t, 2, kind, asks(9, 1)), l.node(t, 3, nbns.P, asks(1))
					deaf := true
					l.lose = func(p *nbns.Packet, from, to netip.AddrPort) bool { return deaf && from == at(1) && to == at(2) }
					ctx, cancel := context.WithCancelCause(t.Context())
					first := make(chan error, 1)
					go func() { first <- n.Register(ctx, name("ADA"), false) }()
					for has := false; !has; {
						time.Sleep(time.Second)
						list, err := other.Lookup(t.Context(), name("ADA"))
						has = err == nil && len(list) == 1
					}
					gone := errors.New("he has gone")
					cancel(gone)
					began := time.Now()
					if err := <-first; err != gone || time.Since(began) > 0 {
						t.Errorf("the first is told %v after %v", err, time.Since(began))
					}
					l.mu.Lock()
					deaf = false
					l.mu.Unlock()
					if again {
						if err := n.Register(t.Context(), name("ADA"), false); err != nil {
							t.Errorf("the second is told %v", err)
						}
						time.Sleep(time.Minute)
					} else {
						synctest.Wait()
					}
					list, err := other.Lookup(t.Context(), name("ADA"))
					if _, has := n.Has(name("ADA")); has != again || (err == nil && len(list) == 1) != again {
						t.Errorf("had: %t, and found: %v, %v", has, list, err)
					}
				})
			})
		}
	}
}

// TestRegisterConflict: a name that has turned out to be another's too is not had by registering it once more, until it has been given up.
func TestRegisterConflict(t *testing.T) {
	virtually(t, func(t *testing.T, l *lan) {
		n := l.node(t, 2, nbns.B, nil)
		if err := n.Register(t.Context(), name("ADA"), false); err != nil {
			t.Fatal(err)
		}
		// Another has come by it while the network was in two, and says so when he is asked.
		other := l.open(at(3), at(3))
		hears := l.open(at(3), netip.AddrPortFrom(toAll, nbns.Port))
		go func() {
			b := make([]byte, 600)
			for {
				k, from, err := hears.ReadFrom(b)
				if err != nil {
					return
				}
				if p, err := nbns.Parse(b[:k]); err == nil && !p.Response && p.Op == nbns.OpRegistration && from != at(3) {
					other.WriteTo(nbns.Registered(p, nbns.ActiveErr, 0, false).Append(nil), from)
				}
			}
		}()
		other.WriteTo(nbns.Conflict(7, name("ADA")).Append(nil), at(2))
		time.Sleep(5 * time.Second)
		if c := n.Counts(); c.Conflicts != 1 {
			t.Fatalf("%+v", c)
		}
		if err := n.Register(t.Context(), name("ADA"), false); !isNameError(err, nbns.ConflictErr) {
			t.Errorf("registered again: %v", err)
		}
		hears.Close()
		other.Close()
		if err := n.Release(t.Context(), name("ADA")); err != nil {
			t.Error(err)
		}
		if err := n.Register(t.Context(), name("ADA"), false); err != nil {
			t.Errorf("given up before: %v", err)
		}
	})
}
