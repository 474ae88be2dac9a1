package node_test

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opendsom/dsom/transport/netbios/nbname"
	"github.com/opendsom/dsom/transport/netbios/nbns"
	"github.com/opendsom/dsom/transport/netbios/node"
)

// virtually runs a test in virtual time, on a network of its own.
func virtually(t *testing.T, f func(t *testing.T, l *lan)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { f(t, newLAN()) })
}

func isNameError(err error, code nbns.Code) bool {
	e := (*node.NameError)(nil)
	return errors.As(err, &e) && e.Code == code
}

func isSilence(err error) bool {
	e := (*node.SilenceError)(nil)
	return errors.As(err, &e)
}

// where demands that a node finds a name at addresses.
func where(t *testing.T, n *node.Node, what nbname.Name, want ...byte) {
	t.Helper()
	got, err := n.Lookup(t.Context(), what)
	if err != nil && len(want) > 0 {
		t.Errorf("%v: %v", what, err)
		return
	}
	var all []netip.Addr
	for _, e := range got {
		all = append(all, e.Addr)
	}
	slices.SortFunc(all, netip.Addr.Compare)
	var wanted []netip.Addr
	for _, w := range want {
		wanted = append(wanted, addr(w))
	}
	if !slices.Equal(all, wanted) {
		t.Errorf("%v is at %v (%v), want %v", what, all, err, wanted)
	}
}

// TestTypes registers and finds names as each type of node, held against the times of RFC 1002, clause 6, and against what each type may send.
func TestTypes(t *testing.T) {
	for _, c := range []struct {
		kind       nbns.NodeType
		took       time.Duration // to register
		all, asked bool          // it sends to all, and to the name server
	}{{nbns.B, 750 * time.Millisecond, true, false}, {nbns.P, 0, false, true}, {nbns.M, 750 * time.Millisecond, true, true}, {nbns.H, 0, false, true}} {
		t.Run(c.kind.String(), func(t *testing.T) {
			virtually(t, func(t *testing.T, l *lan) {
				l.node(t, 1, nbns.B, serves)
				a, b := l.node(t, 2, c.kind, asks(1)), l.node(t, 3, c.kind, asks(1))
				began := time.Now()
				if err := a.Register(t.Context(), name("ADA"), false); err != nil || time.Since(began) != c.took {
					t.Fatalf("registered after %v, %v; want %v", time.Since(began), err, c.took)
				}
				for n, x := range []*node.Node{a, b} {
					if err := x.Register(t.Context(), name("ALL"), true); err != nil {
						t.Errorf("member %d: %v", n, err)
					}
				}
				began = time.Now()
				where(t, b, name("ADA"), 2)
				where(t, a, name("ADA"), 2)
				if took := time.Since(began); took != 0 {
					t.Errorf("found after %v", took)
				}
				group := []byte{2, 3}
				if c.kind == nbns.B || c.kind == nbns.M { // who asks all does not hear himself
					group = []byte{2}
				}
				where(t, b, name("ALL"), group...)
				if err := b.Register(t.Context(), name("ADA"), false); !isNameError(err, nbns.ActiveErr) {
					t.Errorf("another's name: %v", err)
				}
				where(t, b, name("ADA"), 2)
				if err := a.Register(t.Context(), name("ADA"), false); err != nil {
					t.Errorf("its own name: %v", err)
				}
				if err := a.Release(t.Context(), name("ADA")); err != nil {
					t.Errorf("release: %v", err)
				}
				where(t, b, name("ADA"))
				if err := b.Register(t.Context(), name("ADA"), false); err != nil {
					t.Errorf("a name that was given up: %v", err)
				}
				where(t, a, name("ADA"), 3)
				all := l.count(func(p packet) bool { return p.to.Addr() == toAll }) > 0
				asked := l.count(func(p packet) bool { return p.to == at(1) }) > 0
				if c.kind == nbns.H { // it asks all for names that the name server has not
					all = false
				}
				if all != c.all || asked != c.asked {
					t.Errorf("sends to all: %v, to the name server: %v", all, asked)
				}
			})
		})
	}
}

// TestNobody: how long each type looks for a name that nobody has, and how often it asks.
func TestNobody(t *testing.T) {
	for _, c := range []struct {
		kind   nbns.NodeType
		silent bool // the name server is
		took   time.Duration
		sent   int
	}{
		{nbns.B, false, 750 * time.Millisecond, 3}, {nbns.P, false, 0, 1}, {nbns.P, true, 15 * time.Second, 3},
		{nbns.M, false, 750 * time.Millisecond, 4}, {nbns.H, true, 15750 * time.Millisecond, 6},
	} {
		t.Run(c.kind.String(), func(t *testing.T) {
			virtually(t, func(t *testing.T, l *lan) {
				l.node(t, 1, nbns.B, serves)
				l.lose = func(_ *nbns.Packet, _, to netip.AddrPort) bool { return c.silent && to == at(1) }
				n := l.node(t, 2, c.kind, asks(1))
				began := time.Now()
				all, err := n.Lookup(t.Context(), name("NOBODY"))
				if took := time.Since(began); err == nil || took != c.took {
					t.Errorf("%v, %v after %v, want %v", all, err, took, c.took)
				}
				if sent := l.count(func(p packet) bool { return !p.Response }); sent != c.sent {
					t.Errorf("asked %d times, want %d", sent, c.sent)
				}
			})
		})
	}
}

// TestLoss: two of three packets are lost each time, and all goes on.
func TestLoss(t *testing.T) {
	virtually(t, func(t *testing.T, l *lan) {
		count := map[[2]any]int{}
		l.lose = func(p *nbns.Packet, from, to netip.AddrPort) bool {
			k := [2]any{p.ID, from}
			count[k]++
			return !p.Response && count[k] < 3
		}
		l.node(t, 1, nbns.B, serves)
		a, b := l.node(t, 2, nbns.P, asks(1)), l.node(t, 3, nbns.P, asks(1))
		began := time.Now()
		if err := a.Register(t.Context(), name("ADA"), false); err != nil {
			t.Fatal(err)
		}
		where(t, b, name("ADA"), 2)
		if took := time.Since(began); took != 20*time.Second {
			t.Errorf("took %v", took)
		}
	})
}

// TestSecondServer: the next name server is asked when the first is silent, and not when it answers.
func TestSecondServer(t *testing.T) {
	virtually(t, func(t *testing.T, l *lan) {
		l.node(t, 1, nbns.B, serves)
		n := l.node(t, 2, nbns.P, asks(9, 1))
		if err := n.Register(t.Context(), name("ADA"), false); err != nil {
			t.Fatal(err)
		}
		l.forget()
		m := l.node(t, 3, nbns.P, asks(1, 9))
		where(t, m, name("ADA"), 2)
		where(t, m, name("EVE"))
		if l.count(func(p packet) bool { return p.to == at(9) }) > 0 {
			t.Error("a name server was asked after one that has answered")
		}
	})
}

// TestRefresh: names are told again when half of their time is over, before the server forgets them; a server that has lost them has them again, and one that is away for a while.
func TestRefresh(t *testing.T) {
	virtually(t, func(t *testing.T, l *lan) {
		short := func(c *node.Config) { c.Serve, c.MostTTL = true, time.Minute }
		s := l.node(t, 1, nbns.B, short)
		a, b := l.node(t, 2, nbns.P, asks(1)), l.node(t, 3, nbns.P, asks(1))
		if err := a.Register(t.Context(), name("ADA"), false); err != nil {
			t.Fatal(err)
		}
		l.forget()
		time.Sleep(10*time.Minute + time.Second)
		if got := l.count(func(p packet) bool { return p.Op == nbns.OpRefresh && !p.Response }); got != 20 {
			t.Errorf("told %d times in ten minutes, of a name that is kept for one", got)
		}
		where(t, b, name("ADA"), 2)
		s.Close() // and another in its place, that knows nothing
		l.node(t, 1, nbns.B, short)
		where(t, b, name("ADA"))
		time.Sleep(30 * time.Second)
		where(t, b, name("ADA"), 2)
		a.Close() // without a word
		time.Sleep(61 * time.Second)
		where(t, b, name("ADA"))
	})
}

// TestNotRefreshedWhenReleased: what is given up just before it is due to be told again, or while it is being told, is not told: the name server would have it again.
func TestNotRefreshedWhenReleased(t *testing.T) {
	for _, before := range []time.Duration{time.Millisecond, -time.Millisecond} {
		t.Run(before.String(), func(t *testing.T) {
			virtually(t, func(t *testing.T, l *lan) {
				l.lose = func(p *nbns.Packet, _, _ netip.AddrPort) bool { return p.Op == nbns.OpRefresh && !p.Response }
				l.node(t, 1, nbns.B, func(c *node.Config) { c.Serve, c.MostTTL = true, time.Minute })
				a := l.node(t, 2, nbns.P, asks(1))
				if err := a.Register(t.Context(), name("ADA"), false); err != nil {
					t.Fatal(err)
				}
				time.Sleep(30*time.Second - before)
				if err := a.Release(t.Context(), name("ADA")); err != nil {
					t.Fatal(err)
				}
				l.forget()
				time.Sleep(10 * time.Minute)
				if n := l.count(func(packet) bool { return true }); n > 0 {
					t.Errorf("%d packets after the release", n)
				}
			})
		})
	}
}

// TestRefreshRefused: a name server that says the name is another's is believed, since it was asked.
func TestRefreshRefused(t *testing.T) {
	virtually(t, func(t *testing.T, l *lan) {
		s := l.node(t, 1, nbns.B, func(c *node.Config) { c.Serve, c.MostTTL = true, time.Minute })
		a := l.node(t, 2, nbns.P, asks(1))
		if err := a.Register(t.Context(), name("ADA"), false); err != nil {
			t.Fatal(err)
		}
		s.Close()
		l.node(t, 1, nbns.B, func(c *node.Config) { c.Serve, c.MostTTL = true, time.Minute })
		b := l.node(t, 3, nbns.P, asks(1))
		if err := b.Register(t.Context(), name("ADA"), false); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Minute)
		if c := a.Counts(); c.Conflicts != 1 || !a.Names()[0].Conflict {
			t.Errorf("%+v, %+v", c, a.Names())
		}
		where(t, a, name("ADA"), 3)
	})
}

// TestServerLater: an H node whose name server is away when it begins has its name by all, and registers it when the server is there: as one that may be another's meanwhile.
func TestServerLater(t *testing.T) {
	for _, taken := range []bool{false, true} {
		t.Run(fmt.Sprint(taken), func(t *testing.T) {
			virtually(t, func(t *testing.T, l *lan) {
				a := l.node(t, 2, nbns.H, asks(1))
				if err := a.Register(t.Context(), name("ADA"), false); err != nil {
					t.Fatal(err)
				}
				time.Sleep(10 * time.Minute)
				l.node(t, 1, nbns.B, serves)
				b := l.node(t, 3, nbns.P, asks(1))
				want := byte(2)
				if taken {
					if err := b.Register(t.Context(), name("ADA"), false); err != nil {
						t.Fatal(err)
					}
					want = 3
				}
				time.Sleep(2 * time.Minute)
				where(t, b, name("ADA"), want)
				if a.Names()[0].Conflict != taken {
					t.Errorf("%+v", a.Names())
				}
				if taken {
					return
				}
				if err := a.Release(t.Context(), name("ADA")); err != nil {
					t.Fatal(err)
				}
				where(t, b, name("ADA"))
			})
		})
	}
}

// TestRefreshNoRoom: a name server that cannot take a name for now does not say that it is another's: the name stays, and is told again.
func TestRefreshNoRoom(t *testing.T) {
	for _, code := range []nbns.Code{nbns.ServerErr, nbns.Refused} {
		t.Run(code.String(), func(t *testing.T) {
			virtually(t, func(t *testing.T, l *lan) {
				l.node(t, 1, nbns.B, func(c *node.Config) { c.Serve, c.MostTTL = true, time.Minute })
				a, b := l.node(t, 2, nbns.P, asks(1)), l.node(t, 3, nbns.P, asks(1))
				if err := a.Register(t.Context(), name("ADA"), false); err != nil {
					t.Fatal(err)
				}
				ends := time.Now().Add(5 * time.Minute)
				l.mu.Lock()
				l.alter = func(p *nbns.Packet, from netip.AddrPort) {
					if p.Response && from == at(1) && p.Op != nbns.OpQuery && time.Now().Before(ends) {
						p.Code = code
					}
				}
				l.mu.Unlock()
				time.Sleep(4 * time.Minute)
				if c := a.Counts(); c.Conflicts != 0 || a.Names()[0].Conflict {
					t.Errorf("%+v, %+v", c, a.Names())
				}
				time.Sleep(11 * time.Minute)
				where(t, b, name("ADA"), 2)
				l.forget()
				time.Sleep(10 * time.Minute)
				if got := l.count(func(p packet) bool { return p.Op == nbns.OpRefresh && !p.Response }); got < 10 {
					t.Errorf("told %d times in ten minutes, after the server has room again", got)
				}
			})
		})
	}
}

// TestChallenge: a name server asks the owner before it gives his name to another, who is told to wait meanwhile; longer than he would wait otherwise.
func TestChallenge(t *testing.T) {
	for _, silent := range []bool{false, true} {
		t.Run(map[bool]string{false: "defended", true: "silent"}[silent], func(t *testing.T) {
			virtually(t, func(t *testing.T, l *lan) {
				l.node(t, 1, nbns.B, serves)
				a := l.node(t, 2, nbns.P, asks(1))
				if err := a.Register(t.Context(), name("ADA"), false); err != nil {
					t.Fatal(err)
				}
				if silent {
					a.Close()
				}
				b := l.node(t, 3, nbns.P, asks(1))
				l.forget()
				began := time.Now()
				err := b.Register(t.Context(), name("ADA"), false)
				took := time.Since(began)
				if silent && (err != nil || took != 15*time.Second) || !silent && (!isNameError(err, nbns.ActiveErr) || took != 0) {
					t.Errorf("%v after %v", err, took)
				}
				if got := l.count(func(p packet) bool { return p.Op == nbns.OpWACK }); got != 1 {
					t.Errorf("told to wait %d times", got)
				}
				where(t, b, name("ADA"), map[bool]byte{false: 2, true: 3}[silent])
			})
		})
	}
}

// TestEndNodeChallenge: a name server may leave it to the node to ask the owner (RFC 1002, clause 4.2.7).
func TestEndNodeChallenge(t *testing.T) {
	for _, silent := range []bool{false, true} {
		t.Run(map[bool]string{false: "defended", true: "silent"}[silent], func(t *testing.T) {
			virtually(t, func(t *testing.T, l *lan) {
				server := l.open(at(1), at(1))
				defer server.Close()
				go func() {
					b := make([]byte, 600)
					for {
						n, from, err := server.ReadFrom(b)
						if err != nil {
							return
						}
						p, _ := nbns.Parse(b[:n])
						if p.Response || p.Op != nbns.OpRegistration {
							continue
						}
						r := nbns.Challenge(p, nbns.Entry{Addr: addr(2)})
						if !p.RecursionDesired || from == at(2) {
							r = nbns.Registered(p, nbns.OK, 1000, true)
						}
						server.WriteTo(r.Append(nil), from)
					}
				}()
				a := l.node(t, 2, nbns.P, asks(1))
				if err := a.Register(t.Context(), name("ADA"), false); err != nil {
					t.Fatal(err)
				}
				if silent {
					a.Close()
				}
				err := l.node(t, 3, nbns.P, asks(1)).Register(t.Context(), name("ADA"), false)
				if silent && err != nil || !silent && !isNameError(err, nbns.ActiveErr) {
					t.Error(err)
				}
			})
		})
	}
}

// TestServersOwn: a name that a name server has itself it gives to nobody, and has nobody's who has it still; a group of its own takes others, and is found whole.
func TestServersOwn(t *testing.T) {
	virtually(t, func(t *testing.T, l *lan) {
		s := l.node(t, 1, nbns.B, serves)
		a, b := l.node(t, 2, nbns.P, asks(1)), l.node(t, 3, nbns.P, asks(1))
		for n, group := range map[string]bool{"ADA": false, "ALL": true} {
			if err := s.Register(t.Context(), name(n), group); err != nil {
				t.Fatal(err)
			}
		}
		finds := func(n string, want ...byte) {
			t.Helper()
			list, err := b.Lookup(t.Context(), name(n))
			var got []byte
			for _, e := range list {
				got = append(got, e.Addr.As4()[3])
			}
			if slices.Sort(got); !slices.Equal(got, want) {
				t.Errorf("%s is found at %v, %v; want %v", n, got, err, want)
			}
		}
		began := time.Now()
		if err := a.Register(t.Context(), name("ADA"), false); !isNameError(err, nbns.ActiveErr) || time.Since(began) > 0 {
			t.Errorf("the server's name: %v after %v", err, time.Since(began))
		}
		if err := a.Register(t.Context(), name("ADA"), true); !isNameError(err, nbns.ActiveErr) {
			t.Errorf("the server's name, as a group's: %v", err)
		}
		if err := a.Register(t.Context(), name("ALL"), false); !isNameError(err, nbns.Refused) {
			t.Errorf("the server's group, for one alone: %v", err)
		}
		if err := a.Register(t.Context(), name("ALL"), true); err != nil {
			t.Errorf("the server's group: %v", err)
		}
		finds("ADA", 1)
		finds("ALL", 1, 2)
		if err := a.Register(t.Context(), name("BOB"), false); err != nil {
			t.Fatal(err)
		}
		if err := s.Register(t.Context(), name("BOB"), false); !isNameError(err, nbns.ActiveErr) {
			t.Errorf("another's name, for the server: %v", err)
		}
		finds("BOB", 2)
		a.Close()
		if err := s.Register(t.Context(), name("BOB"), false); err != nil {
			t.Errorf("a name of one who is gone, for the server: %v", err)
		}
		finds("BOB", 1)
		finds("ALL", 1, 2)
		if err := s.Release(t.Context(), name("ADA")); err != nil {
			t.Fatal(err)
		}
		if err := b.Register(t.Context(), name("ADA"), false); err != nil {
			t.Errorf("what the server has given up: %v", err)
		}
		finds("ADA", 3)
	})
}

// TestConflict: of two who answer to a unique name the second is told that he has it not; he asks before he believes that.
func TestConflict(t *testing.T) {
	virtually(t, func(t *testing.T, l *lan) {
		apart := true // so that both can register it
		l.lose = func(p *nbns.Packet, from, to netip.AddrPort) bool {
			return apart && from != at(2) && to.Addr() == toAll
		}
		a, b, c := l.node(t, 2, nbns.B, nil), l.node(t, 3, nbns.B, nil), l.node(t, 4, nbns.B, nil)
		for _, n := range []*node.Node{a, b} {
			if err := n.Register(t.Context(), name("ADA"), false); err != nil {
				t.Fatal(err)
			}
		}
		apart = false
		if all, err := c.Lookup(t.Context(), name("ADA")); err != nil || len(all) != 1 {
			t.Errorf("%v, %v", all, err)
		}
		time.Sleep(2 * time.Second)
		if c.Counts().Conflicts != 1 || a.Counts().Conflicts+b.Counts().Conflicts != 1 {
			t.Errorf("%+v, %+v, %+v", a.Counts(), b.Counts(), c.Counts())
		}
		l.forget()
		if all, err := c.Lookup(t.Context(), name("ADA")); err != nil || len(all) != 1 {
			t.Errorf("%v, %v", all, err)
		}
		time.Sleep(2 * time.Second)
		if got := l.count(func(p packet) bool { return p.Response }); got != 1 {
			t.Errorf("%d answer to the name", got)
		}
	})
}

// TestStatus: a node tells its names to who asks it, and to nobody who asks all.
func TestStatus(t *testing.T) {
	virtually(t, func(t *testing.T, l *lan) {
		unit := [6]byte{2, 0, 0, 0, 0, 9}
		a := l.node(t, 2, nbns.B, func(c *node.Config) { c.Unit = unit })
		b := l.node(t, 3, nbns.B, nil)
		if err := errors.Join(a.Register(t.Context(), name("ADA"), false), a.Register(t.Context(), name("ALL"), true)); err != nil {
			t.Fatal(err)
		}
		s, err := b.Status(t.Context(), at(2))
		if err != nil || len(s.Names) != 2 || s.Unit != unit || s.Names[0].Name != name("ADA") || s.Names[0].Group || !s.Names[0].Active || !s.Names[1].Group {
			t.Errorf("%+v, %v", s, err)
		}
		if s, err := b.Status(t.Context(), at(7)); !isSilence(err) {
			t.Errorf("%+v, %v", s, err)
		}
		odd := l.open(at(9), at(9))
		defer odd.Close()
		q := nbns.StatusQuery(1, nbname.Any)
		q.Broadcast = true
		l.forget()
		odd.WriteTo(q.Append(nil), netip.AddrPortFrom(toAll, nbns.Port))
		time.Sleep(time.Second)
		if l.count(func(p packet) bool { return p.Response }) > 0 {
			t.Error("all tell their names to who asks all")
		}
		odd.WriteTo(q.Append(nil), at(2))
		time.Sleep(time.Second)
		if l.count(func(p packet) bool { return p.Response }) != 1 {
			t.Error("no names for who asks one, in a packet that says it asks all")
		}
	})
}

// TestGivenUp: what waits ends with its context, and with its node.
func TestGivenUp(t *testing.T) {
	virtually(t, func(t *testing.T, l *lan) {
		n := l.node(t, 2, nbns.H, asks(9))
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		began := time.Now()
		if _, err := n.Lookup(ctx, name("ADA")); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != 3*time.Second {
			t.Errorf("%v after %v", err, time.Since(began))
		}
		go func() {
			time.Sleep(time.Second)
			n.Close()
		}()
		if err := n.Register(t.Context(), name("ADA"), false); err == nil {
			t.Error("registered by a node that has ended")
		}
		if _, err := n.Lookup(t.Context(), name("ADA")); err == nil {
			t.Error("found by a node that has ended")
		}
	})
}

func TestWrongConfig(t *testing.T) {
	t.Parallel()
	l := newLAN()
	for what, c := range map[string]node.Config{
		"IPv4":        {Addr: netip.MustParseAddr("::1")},
		"name server": {Addr: addr(1), Type: nbns.P},
		"all":         {Addr: addr(1), Broadcast: l.open(at(1), at(1))},
	} {
		if _, err := node.Start(c); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
