package neighbours_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opendsom/dsom/daemon/neighbours"
	"github.com/opendsom/dsom/daemon/neighbours/gen/dsomlink"
	"github.com/opendsom/dsom/internal/leaktest"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/limits/hostrate"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/group"
	"github.com/opendsom/dsom/transport/miop"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

var ports atomic.Uint32

// aGroup returns where no other test hears.
func aGroup() netip.AddrPort {
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte{239, 255, 31, byte(ports.Add(1))}), uint16(20000+rand.N(20000)))
}

// join has a daemon on loopback take part.
func join(t *testing.T, at netip.AddrPort, name string, has map[string]string) *neighbours.Link {
	t.Helper()
	l, err := neighbours.Open(neighbours.Config{
		Interface: "127.0.0.1", Group: at,
		Self: neighbours.Self{ID: [16]byte([]byte(fmt.Sprintf("%16s", name))), Name: name, Addresses: []string{"127.0.0.1:1", name + ".example.org:3053"}, Started: time.Unix(1e9, 0)},
		Has:  func(_ context.Context, what string) (string, error) { return has[what], nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

// stranger is a program on the link that says whatever it likes.
func stranger(t *testing.T, at netip.AddrPort) dsomlink.Daemon {
	t.Helper()
	s := miop.NewSender(miop.SenderConfig{Interface: "127.0.0.1"})
	o, err := orb.New(orb.Config{Multicaster: s, Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = o.Shutdown(context.Background()); _ = s.Close() })
	return dsomlink.DaemonClass.Unchecked(group.NewReference(o, dsomlink.DaemonClass.Interface().ID, ior.Group{Domain: "DSOM", ID: 3053}, at))
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("it does not come to be that %s", what)
		}
	}
}

func names(all []neighbours.Hint) string {
	var n []string
	for _, h := range all {
		n = append(n, h.Name)
	}
	slices.Sort(n)
	return strings.Join(n, " ")
}

// TestFound: daemons hear of each other, and who has a name says so, and nobody else.
func TestFound(t *testing.T) {
	t.Parallel()
	at := aGroup()
	a := join(t, at, "a", map[string]string{"bank/main": "name"})
	b := join(t, at, "b", map[string]string{"bank": "server", "Dog": "class"})
	c := join(t, at, "c", map[string]string{"Dog": "class"})
	for l, want := range map[*neighbours.Link]string{a: "b c", b: "a c", c: "a b"} {
		eventually(t, "all have heard of each other", func() bool { return names(l.Daemons()) == want })
	}
	for what, want := range map[string]string{"bank/main": "a name", "bank": "b server", "Dog": "b class, c class", "nothing": "", "": "a , b "} {
		asks := c
		if what == "Dog" {
			asks = a
		}
		heard := map[string]bool{} // an answer that comes later than AskTime comes the next time
		eventually(t, fmt.Sprintf("%q is answered by all who have it", what), func() bool {
			got, err := asks.Ask(t.Context(), what)
			if err != nil && !isLimit(err, "link-questions") {
				t.Fatal(err)
			}
			for _, h := range got {
				heard[h.Name+" "+h.Has] = true
				if len(h.Addresses) != 2 || h.Addresses[1] != h.Name+".example.org:3053" || h.From != netip.AddrFrom4([4]byte{127, 0, 0, 1}) || h.Started.Unix() != 1e9 {
					t.Errorf("%q: %+v", what, h)
				}
			}
			return err == nil && len(heard) >= len(strings.FieldsFunc(want, func(r rune) bool { return r == ',' }))
		})
		if s := strings.Join(slices.Sorted(maps.Keys(heard)), ", "); s != want {
			t.Errorf("%q: %q; want %q", what, s, want)
		}
	}
	if _, err := a.Ask(t.Context(), strings.Repeat("x", 256)); !isLimit(err, "link-name") {
		t.Errorf("a name that is too long: %v", err)
	}
	var work sync.WaitGroup
	var refused atomic.Int32
	ctx, cancel := context.WithCancel(t.Context())
	begun := time.Now()
	for range 100 {
		work.Go(func() {
			if _, err := a.Ask(ctx, "x"); isLimit(err, "link-questions") || isLimit(err, "link-asking") {
				if refused.Add(1) == 100-16-1 {
					cancel()
				}
			}
		})
	}
	go func() { work.Wait(); cancel() }()
	<-ctx.Done()
	work.Wait()
	took := time.Since(begun)
	if least := 80 - neighbours.MostAsked*took.Seconds(); float64(refused.Load()) < least { // on a busy host they are not all at once
		t.Errorf("of 100 questions within %v %d are refused", took, refused.Load())
	}
}

func isLimit(err error, name string) bool {
	l := (*hostrate.LimitError)(nil)
	return errors.As(err, &l) && l.Name == name
}

// TestLies: announcements that lie are hints and nothing else, what none of ours says is dropped, and whoever says that he is this daemon is not heard.
func TestLies(t *testing.T) {
	t.Parallel()
	at := aGroup()
	a, b := join(t, at, "a", nil), join(t, at, "b", nil)
	s := stranger(t, at)
	say := func(h dsomlink.Here, question uint64, has string) {
		t.Helper()
		if err := s.Announce(t.Context(), h, question, has); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "they have heard of each other", func() bool { return names(a.Daemons()) == "b" && names(b.Daemons()) == "a" })
	refused := a.Counts().Refused
	say(dsomlink.Here{Id: [16]byte{1}, Name: strings.Repeat("n", 5000)}, 0, "")                                    // in several packets
	say(dsomlink.Here{Id: [16]byte{2}, Name: "x", Addresses: slices.Repeat([]string{"127.0.0.1:1"}, 8)}, 0, "all") // what nobody has
	say(dsomlink.Here{Id: [16]byte{3}, Name: "\x1b]0;x\a"}, 0, "")
	say(dsomlink.Here{Id: [16]byte([]byte(fmt.Sprintf("%16s", "a"))), Name: "me"}, 0, "")
	for range 3 {
		say(dsomlink.Here{Id: [16]byte{4}, Name: "spoofed", Addresses: []string{"127.0.0.1:9"}}, 12345, "name") // nobody has asked
	}
	eventually(t, "the last is heard", func() bool { return names(a.Daemons()) == "b spoofed" })
	if c := a.Counts(); c.Refused != refused+3 {
		t.Errorf("%+v", c)
	}
	if got, err := a.Ask(t.Context(), "bank"); err != nil || len(got) > 0 {
		t.Errorf("a question that nobody answers: %v, %v", got, err)
	}
}

// TestNoAmplifier: an answer goes to the group, is one packet, and has three times the octets of its question at most; a question without room for it has none. A flood has so many answers a second, and other hosts theirs.
func TestNoAmplifier(t *testing.T) {
	t.Parallel()
	at := aGroup()
	l := join(t, at, "a", map[string]string{"bank": "server", "b": "server"})
	eventually(t, "the daemon has said twice that it is there", func() bool { return l.Counts().Said >= 2 })
	ear, err := miop.Listen(at, "127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	defer ear.Close()
	s := stranger(t, at)
	sizes := func(f func(), until func() bool) (questions, answers []int) {
		f()
		eventually(t, "all is heard", until)
		b := make([]byte, miop.MostDatagram)
		for {
			_ = ear.SetReadDeadline(time.Now().Add(300 * time.Millisecond))
			n, _, err := ear.ReadFromUDPAddrPort(b)
			if err != nil {
				return questions, answers
			}
			switch {
			case strings.Contains(string(b[:n]), "who_has"):
				questions = append(questions, n)
			case strings.Contains(string(b[:n]), "server\x00"):
				answers = append(answers, n)
			}
		}
	}
	ask := func(what string, room int) {
		t.Helper()
		if err := s.WhoHas(t.Context(), 77, what, make(dsomlink.Padding, room)); err != nil {
			t.Fatal(err)
		}
	}
	for room, want := range map[int]int{0: 0, 40: 0, 120: 1, 400: 1} {
		before := l.Counts()
		q, a := sizes(func() { ask("bank", room) }, func() bool {
			c := l.Counts()
			return c.Answered+c.TooLong > before.Answered+before.TooLong
		})
		if len(q) != 1 || len(a) != want || want > 0 && (a[0] > 3*q[0] || a[0] > neighbours.MostPacket) {
			t.Errorf("room for %d: questions of %v octets, answers of %v", room, q, a)
		}
	}
	before := l.Counts()
	begin := time.Now()
	_, answers := sizes(func() {
		eventually(t, "the flood is limited", func() bool {
			ask("bank", 400)
			return l.Counts().Limited > before.Limited+200
		})
	}, func() bool { return true })
	most := int(float64(neighbours.MostSaid)*(2+time.Since(begin).Seconds())) + 1 // twice as many at once
	if len(answers) == 0 || len(answers) > most {
		t.Errorf("%d answers to a flood, and %d are allowed", len(answers), most)
	}
}

// TestGarbage: what is no packet, no request or not for daemons changes nothing, and the daemon goes on.
func TestGarbage(t *testing.T) {
	t.Parallel()
	at := aGroup()
	l := join(t, at, "a", map[string]string{"bank": "server"})
	c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	good := captured(t)
	for i := range 300 {
		b := slices.Clone(good[i%len(good)])
		for range 1 + r.IntN(8) {
			b[r.IntN(len(b))] = byte(r.Uint32())
		}
		if r.IntN(4) == 0 {
			b = b[:r.IntN(len(b))]
		}
		if _, err := c.WriteToUDPAddrPort(b, at); err != nil {
			t.Fatal(err)
		}
	}
	o := join(t, at, "o", nil)
	eventually(t, "the daemon still answers", func() bool {
		got, err := o.Ask(t.Context(), "bank")
		return err == nil && len(got) == 1 && got[0].Name == "a"
	})
	if n := len(l.Daemons()); n > neighbours.MostPerHost {
		t.Errorf("%d are remembered", n)
	}
}

// captured returns an announcement and a question as they are sent.
func captured(t *testing.T) [][]byte {
	t.Helper()
	at := aGroup()
	ear, err := miop.Listen(at, "127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	defer ear.Close()
	s := stranger(t, at)
	err = errors.Join(s.Announce(t.Context(), dsomlink.Here{Id: [16]byte{9}, Name: "x", Addresses: []string{"127.0.0.1:1"}}, 1, "name"), s.WhoHas(t.Context(), 1, "bank", make(dsomlink.Padding, 300)))
	if err != nil {
		t.Fatal(err)
	}
	var all [][]byte
	_ = ear.SetReadDeadline(time.Now().Add(20 * time.Second))
	for range 2 {
		b := make([]byte, miop.MostPacket)
		n, _, err := ear.ReadFromUDPAddrPort(b)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, b[:n])
	}
	return all
}

// TestInterfaces: what is none is said.
func TestInterfaces(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "none0", "192.0.2.77", "::1"} {
		if n, err := neighbours.Networks(s); err == nil {
			t.Errorf("%q: %v", s, n)
		}
	}
	n, err := neighbours.Networks("127.0.0.1")
	if err != nil || !neighbours.Near(n, netip.MustParseAddr("127.9.9.9")) || neighbours.Near(n, netip.MustParseAddr("192.0.2.1")) || neighbours.Near(n, netip.IPv6Loopback()) {
		t.Errorf("%v, %v", n, err)
	}
}
