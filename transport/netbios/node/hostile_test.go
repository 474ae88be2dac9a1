package node_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opendsom/dsom/transport/netbios/nbname"
	"github.com/opendsom/dsom/transport/netbios/nbns"
	"github.com/opendsom/dsom/transport/netbios/node"
)

// TestSpoofed: answers from another than who was asked, with another number, about another name or operation are dropped, and the right one is taken.
func TestSpoofed(t *testing.T) {
	virtually(t, func(t *testing.T, l *lan) {
		server, mallory := l.open(at(1), at(1)), l.open(at(66), at(66))
		otherPort := l.open(netip.AddrPortFrom(addr(1), 999), netip.AddrPortFrom(addr(1), 999))
		defer server.Close()
		defer mallory.Close()
		defer otherPort.Close()
		go func() {
			b := make([]byte, 600)
			n, from, err := server.ReadFrom(b)
			if err != nil {
				return
			}
			q, _ := nbns.Parse(b[:n])
			bad := func(p *nbns.Packet) *nbns.Packet {
				return nbns.Found(p, 9, []nbns.Entry{{Addr: addr(66)}}, true)
			}
			mallory.WriteTo(bad(q).Append(nil), from)
			otherPort.WriteTo(bad(q).Append(nil), from)
			server.WriteTo(bad(nbns.Query(q.ID, name("EVE"), false)).Append(nil), from)
			server.WriteTo(bad(nbns.Query(q.ID+1, name("ADA"), false)).Append(nil), from)
			r := bad(q)
			r.Op = nbns.OpRelease
			server.WriteTo(r.Append(nil), from)
			server.WriteTo((&nbns.Packet{ID: q.ID, Response: true}).Append(nil), from)
			server.WriteTo([]byte("no packet at all"), from)
			time.Sleep(time.Second)
			server.WriteTo(nbns.Found(q, 9, []nbns.Entry{{Addr: addr(5)}}, true).Append(nil), from)
			time.Sleep(time.Second)
			server.WriteTo(nbns.Found(q, 9, []nbns.Entry{{Addr: addr(5)}}, true).Append(nil), from)
		}()
		n := l.node(t, 2, nbns.P, asks(1))
		where(t, n, name("ADA"), 5)
		time.Sleep(2 * time.Second)
		if c := n.Counts(); c.Elsewhere != 5 || c.Unasked != 2 || c.Malformed != 1 {
			t.Errorf("%+v", c)
		}
	})
}

// TestNumbersDrawn: the numbers of questions cannot be foretold from those before.
func TestNumbersDrawn(t *testing.T) {
	virtually(t, func(t *testing.T, l *lan) {
		n := l.node(t, 2, nbns.B, nil)
		for range 40 {
			_, _ = n.Lookup(t.Context(), name("ADA"))
		}
		steps := map[uint16]int{}
		last := uint16(0)
		for _, p := range l.seen {
			if p.ID != last {
				steps[p.ID-last]++
				last = p.ID
			}
		}
		if len(steps) < 35 {
			t.Errorf("the numbers go by %v", steps)
		}
	})
}

// TestDemandsNotBelieved: who says that a name is his, or that it is nobody's, is asked about, and not oftener than every ten seconds.
func TestDemandsNotBelieved(t *testing.T) {
	for _, kind := range []nbns.NodeType{nbns.B, nbns.P, nbns.H} {
		t.Run(kind.String(), func(t *testing.T) {
			virtually(t, func(t *testing.T, l *lan) {
				l.node(t, 1, nbns.B, serves)
				n := l.node(t, 2, kind, asks(1))
				if err := n.Register(t.Context(), name("ADA"), false); err != nil {
					t.Fatal(err)
				}
				mallory := l.open(at(66), at(66))
				defer mallory.Close()
				l.forget()
				for range 100 {
					mallory.WriteTo(nbns.Conflict(7, name("ADA")).Append(nil), at(2))
					mallory.WriteTo(nbns.Release(7, name("ADA"), nbns.Entry{Addr: addr(2)}, false).Append(nil), at(2))
					mallory.WriteTo(nbns.Conflict(7, name("EVE")).Append(nil), at(2))
					synctest.Wait()
				}
				time.Sleep(5 * time.Second)
				if got := l.count(func(p packet) bool { return p.from == at(2) }); got > 8 {
					t.Errorf("sends %d packets because of that", got)
				}
				if c := n.Counts(); c.Disputed != 1 || c.Conflicts != 0 || c.Unasked != 299 {
					t.Errorf("%+v", c)
				}
				where(t, l.node(t, 3, nbns.H, asks(1)), name("ADA"), 2)
			})
		})
	}
}

// TestForeign: nobody registers or releases for others, nor has all believe that.
func TestForeign(t *testing.T) {
	virtually(t, func(t *testing.T, l *lan) {
		s := l.node(t, 1, nbns.B, serves)
		n := l.node(t, 2, nbns.P, asks(1))
		if err := n.Register(t.Context(), name("ADA"), false); err != nil {
			t.Fatal(err)
		}
		mallory := l.open(at(66), at(66))
		defer mallory.Close()
		l.forget()
		mallory.WriteTo(nbns.Release(1, name("ADA"), nbns.Entry{Addr: addr(2)}, false).Append(nil), at(1))
		mallory.WriteTo(nbns.Registration(2, name("EVE"), nbns.Entry{Addr: addr(2)}, 0, false).Append(nil), at(1))
		mallory.WriteTo(nbns.Release(3, name("ADA"), nbns.Entry{Addr: addr(66)}, false).Append(nil), at(1))
		mallory.WriteTo(nbns.Registration(4, name("ADA"), nbns.Entry{Addr: addr(2)}, 0, true).Append(nil), netip.AddrPortFrom(toAll, nbns.Port))
		synctest.Wait()
		if c := s.Counts(); c.Foreign != 3 {
			t.Errorf("%+v", c)
		}
		codes := map[uint16]nbns.Code{}
		for _, p := range l.seen {
			if p.Response {
				codes[p.ID] = p.Code
			}
		}
		if len(codes) != 3 || codes[1] != nbns.Refused || codes[2] != nbns.Refused || codes[3] != nbns.ActiveErr {
			t.Errorf("answers: %v", codes)
		}
		where(t, l.node(t, 3, nbns.P, asks(1)), name("ADA"), 2)
		where(t, l.node(t, 4, nbns.P, asks(1)), name("EVE"))
	})
}

// TestRedirects: a name server that names another is followed, and two that name each other are not for ever.
func TestRedirects(t *testing.T) {
	virtually(t, func(t *testing.T, l *lan) {
		redirect := func(last, to byte) {
			p := l.open(at(last), at(last))
			t.Cleanup(func() { p.Close() })
			go func() {
				b := make([]byte, 600)
				for {
					n, from, err := p.ReadFrom(b)
					if err != nil {
						return
					}
					q, _ := nbns.Parse(b[:n])
					p.WriteTo(nbns.Redirect(q, name("WINS"), addr(to)).Append(nil), from)
				}
			}()
		}
		redirect(7, 8)
		redirect(8, 1)
		redirect(9, 10)
		redirect(10, 9)
		l.node(t, 1, nbns.B, serves)
		a := l.node(t, 2, nbns.P, asks(1))
		if err := a.Register(t.Context(), name("ADA"), false); err != nil {
			t.Fatal(err)
		}
		where(t, l.node(t, 3, nbns.P, asks(7)), name("ADA"), 2)
		limit := (*node.LimitError)(nil)
		if _, err := l.node(t, 4, nbns.P, asks(9)).Lookup(t.Context(), name("ADA")); !errors.As(err, &limit) || !strings.Contains(err.Error(), "netbios-redirects") {
			t.Error(err)
		}
	})
}

// TestWaitForever: a name server that has a question wait again and again does not have it wait for ever.
func TestWaitForever(t *testing.T) {
	virtually(t, func(t *testing.T, l *lan) {
		s := l.open(at(1), at(1))
		defer s.Close()
		go func() {
			b := make([]byte, 600)
			for {
				n, from, err := s.ReadFrom(b)
				if err != nil {
					return
				}
				q, _ := nbns.Parse(b[:n])
				for range 20 {
					s.WriteTo(nbns.Wait(q, 1<<31).Append(nil), from)
				}
				empty := nbns.Wait(q, 1)
				empty.Questions, empty.Answers = q.Questions, nil
				s.WriteTo(empty.Append(nil), from)
			}
		}()
		began := time.Now()
		_, err := l.node(t, 2, nbns.P, asks(1)).Lookup(t.Context(), name("ADA"))
		if took := time.Since(began); !isSilence(err) || took > 3*time.Minute {
			t.Errorf("%v after %v", err, took)
		}
	})
}

// TestBounds: each table has its bound, whose name the error has.
func TestBounds(t *testing.T) {
	virtually(t, func(t *testing.T, l *lan) {
		s := l.node(t, 1, nbns.B, serves)
		n := l.node(t, 2, nbns.P, asks(1))
		limit := func(err error, name string) {
			t.Helper()
			if e := (*node.LimitError)(nil); !errors.As(err, &e) || !strings.Contains(err.Error(), name) {
				t.Errorf("%v; want the limit %s", err, name)
			}
		}
		for i := range node.MostNames {
			if err := n.Register(t.Context(), name(fmt.Sprint("N", i)), false); err != nil {
				t.Fatal(err)
			}
		}
		limit(n.Register(t.Context(), name("ONE-MORE"), false), "netbios-names")

		busy := l.node(t, 3, nbns.P, asks(9))
		ctx, cancel := context.WithCancel(t.Context())
		for i := range node.MostQuestions {
			go func() { _, _ = busy.Lookup(ctx, name(fmt.Sprint("Q", i))) }()
		}
		synctest.Wait()
		_, err := busy.Lookup(t.Context(), name("ONE-MORE"))
		limit(err, "netbios-questions")
		cancel()
		synctest.Wait()

		var many [node.MostRecords/node.MostOfAddress + 1]*port
		for i := range many {
			many[i] = l.open(at(byte(66+i)), at(byte(66+i)))
			defer many[i].Close()
		}
		for i := range node.MostRecords + 10 {
			from := i / node.MostOfAddress
			many[from].WriteTo(nbns.Registration(uint16(i), name(fmt.Sprint("M", i)), nbns.Entry{Addr: addr(byte(66 + from))}, 0, false).Append(nil), at(1))
			synctest.Wait()
		}
		if c := s.Counts(); c.Full != uint64(node.MostNames+10) {
			t.Errorf("the name server: %+v", c)
		}
		where(t, l.node(t, 4, nbns.P, asks(1)), name("N1"), 2)
		time.Sleep(node.DefaultTTL) // and there is room again
		if err := l.node(t, 5, nbns.P, asks(1)).Register(t.Context(), name("LATER"), false); err != nil {
			t.Error(err)
		}
	})
}

// TestManyOwners: a group has at most 25 members at a name server, of which the last are kept.
func TestManyOwners(t *testing.T) {
	virtually(t, func(t *testing.T, l *lan) {
		l.node(t, 1, nbns.B, serves)
		for i := range byte(node.MostOwners + 5) {
			p := l.open(at(100+i), at(100+i))
			defer p.Close()
			p.WriteTo(nbns.Registration(1, name("ALL"), nbns.Entry{Group: true, Addr: addr(100 + i)}, 0, false).Append(nil), at(1))
			synctest.Wait()
			time.Sleep(time.Second)
		}
		got, err := l.node(t, 2, nbns.P, asks(1)).Lookup(t.Context(), name("ALL"))
		if err != nil || len(got) != node.MostOwners || got[len(got)-1].Addr != addr(100+node.MostOwners+4) {
			t.Errorf("%v, %v", got, err)
		}
		if err := l.node(t, 3, nbns.P, asks(1)).Register(t.Context(), name("ALL"), false); !isNameError(err, nbns.Refused) {
			t.Errorf("a group's name for one: %v", err)
		}
	})
}

// TestManyChallenges: a name server has a bounded number of questions to owners under way.
func TestManyChallenges(t *testing.T) {
	virtually(t, func(t *testing.T, l *lan) {
		s := l.node(t, 1, nbns.B, serves)
		old, young := l.open(at(66), at(66)), l.open(at(67), at(67))
		defer old.Close()
		defer young.Close()
		for i := range node.MostChallenges + 5 {
			what := name(fmt.Sprint("C", i))
			old.WriteTo(nbns.Registration(1, what, nbns.Entry{Addr: addr(66)}, 0, false).Append(nil), at(1))
			young.WriteTo(nbns.Registration(2, what, nbns.Entry{Addr: addr(67)}, 0, false).Append(nil), at(1))
			synctest.Wait()
		}
		if c := s.Counts(); c.Full != 5 {
			t.Errorf("%+v", c)
		}
		s.Close() // in the middle
	})
}

// TestNoise: of what is drawn at random nothing makes a node end, or lose its names. The seed is printed.
func TestNoise(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	virtually(t, func(t *testing.T, l *lan) {
		r := rand.New(rand.NewPCG(seed, 1))
		s := l.node(t, 1, nbns.B, serves)
		n := l.node(t, 2, nbns.H, asks(1))
		if err := n.Register(t.Context(), name("ADA"), false); err != nil {
			t.Fatal(err)
		}
		mallory := l.open(at(66), at(66))
		defer mallory.Close()
		names := []nbname.Name{name("ADA"), name("EVE"), nbname.Any}
		for range 3000 {
			what := names[r.IntN(3)]
			p := &nbns.Packet{ID: uint16(r.Uint32()), Response: r.IntN(2) == 0, Op: nbns.Op(r.IntN(16)), Authoritative: r.IntN(2) == 0, RecursionDesired: r.IntN(2) == 0,
				RecursionAvailable: r.IntN(2) == 0, Broadcast: r.IntN(2) == 0, Code: nbns.Code(r.IntN(9))}
			record := nbns.Record{Name: what, Type: []uint16{nbns.TypeNB, nbns.TypeNBSTAT, nbns.TypeNull, nbns.TypeNS}[r.IntN(4)], Class: 1, TTL: r.Uint32(), Data: make([]byte, r.IntN(14))}
			for range r.IntN(3) {
				p.Questions = append(p.Questions, nbns.Question{Name: what, Type: record.Type, Class: 1})
			}
			for _, list := range []*[]nbns.Record{&p.Answers, &p.Authority, &p.Additionals} {
				for range r.IntN(3) {
					*list = append(*list, record)
				}
			}
			b := p.Append(nil)
			if r.IntN(3) == 0 {
				b[r.IntN(len(b))] ^= 1 << r.IntN(8)
			}
			to := []netip.AddrPort{at(1), at(2), netip.AddrPortFrom(toAll, nbns.Port)}[r.IntN(3)]
			mallory.WriteTo(b[:r.IntN(len(b)+1)], to)
			mallory.WriteTo(b, to)
			synctest.Wait()
		}
		time.Sleep(time.Minute)
		where(t, l.node(t, 3, nbns.P, asks(1)), name("ADA"), 2)
		if c := n.Counts(); c.Conflicts != 0 || s.Counts().Malformed == 0 {
			t.Errorf("%+v, %+v", c, s.Counts())
		}
	})
}
