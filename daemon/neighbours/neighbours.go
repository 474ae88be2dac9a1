// Package neighbours has daemons on a link find each other by datagrams to a group (MIOP): a daemon says that it is there, and who has a name, which is one of the naming service, a server's or a class's.
//
// Nothing is believed of what is heard. It is a hint, of which a bounded number is kept for a while, and nothing else changes; who uses one asks at its address first, by a call of the same object. What is said goes to the group, and to no address that
// a datagram names, in one packet, so often a second at most, and three times as long as its question at most.
package neighbours

//go:generate go run github.com/opendsom/dsom/cmd/dsom idl build --out gen neighbours.idl

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"sync"
	"time"

	"github.com/opendsom/dsom/daemon/neighbours/gen/dsomlink"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/limits/hostrate"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/group"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/mem"
	"github.com/opendsom/dsom/transport/miop"
)

// The limits. Each is in what is said where something exceeds it, by the name that stands here.
const (
	MostDaemons     = 256 // link-daemons: daemons of which is remembered what was heard
	MostPerHost     = 8   // link-daemons-per-host: those of one address
	MostName        = 255 // link-name: octets of a name that is asked for, and of each text in an announcement
	MostAddresses   = 8   // link-addresses: addresses in an announcement
	MostSaid        = 10  // link-announcements: announcements that this daemon sends, a second; twice as many at once
	MostAsked       = 4   // link-questions: questions that this daemon sends, a second; four times as many at once
	MostHeard       = 20  // link-rate-per-host: datagrams of a host that are looked at, a second; twice as many at once
	MostHeardInAll  = 400 // link-rate: of all
	MostQuestions   = 16  // link-asking: questions whose answers are waited for at a time
	MostPacket      = 1232
	amplification   = 3   // link-amplification: octets of an answer for each of the name and the room of its question
	roomForAnAnswer = 320 // octets of a question, so that an answer has room for its addresses
)

// The times.
const (
	Every   = time.Minute              // after which a daemon says again that it is there
	MostAge = 3*Every + 10*time.Second // after which one is forgotten of which nothing was heard
	AskTime = time.Second              // for how long answers to a question are waited for
)

// Group is where daemons hear each other.
var Group = netip.AddrPortFrom(netip.AddrFrom4([4]byte{239, 255, 30, 53}), 3053)

// groupID is that of the daemons of a link.
var groupID = ior.Group{Domain: "DSOM", ID: 3053}

// A Self is what a daemon says of itself.
type Self struct {
	ID        [16]byte
	Name      string
	Addresses []string // host:port; the first is the most use to the others
	Started   time.Time
}

// Config says how a daemon takes part.
type Config struct {
	Interface string // by name, or by an address of IPv4
	Self      Self

	// Has says what of a name this daemon has: "name", "server" or "class", "" for nothing. It must start, make and change nothing, and end with its ctx.
	Has func(ctx context.Context, what string) (kind string, err error)

	Group netip.AddrPort   // the zero value is Group
	Log   *slog.Logger     // nil: nothing is logged
	Now   func() time.Time // nil is time.Now
}

// A Link is a daemon's part. It is safe for concurrent use.
type Link struct {
	c        Config
	networks []netip.Prefix // of the interface
	orb      *orb.ORB
	groups   *group.Groups
	all      dsomlink.Daemon // the group
	leave    func()
	sender   *bounded

	stop context.CancelFunc
	work sync.WaitGroup

	mu     sync.Mutex
	hints  hints
	hello  uint64 // the number of the question with which it begins
	asking map[uint64]chan Hint
	counts Counts
	heard  hostrate.Rates // of whom, before anything is read
	said   hostrate.Rates // of announcements, all of this machine's
	asked  hostrate.Rates // of questions, likewise
}

// Counts is how often what has happened.
type Counts struct {
	Announcements uint64 // heard, of others
	Questions     uint64 // heard, of others
	Answered      uint64 // questions
	Said          uint64 // announcements sent, answers among them
	Asked         uint64 // questions sent
	Limited       uint64 // datagrams that were not looked at, announcements and questions that were not sent, and hints that were dropped for others
	Refused       uint64 // what cannot be read, or says what none of ours does
	Foreign       uint64 // datagrams from addresses that are not of the link
	TooLong       uint64 // answers that were not given, since the question is too short
}

// Open takes part. It hears nothing that is sent to an address of this machine, as far as the system can tell ([miop.Listen]).
func Open(c Config) (*Link, error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if !c.Group.IsValid() {
		c.Group = Group
	}
	c.Self = c.Self.fitted()
	networks, err := Networks(c.Interface)
	if err != nil {
		return nil, err
	}
	l := &Link{
		c: c, networks: networks, hello: random(), asking: map[uint64]chan Hint{},
		heard: hostrate.Rates{Name: "link", PerHost: MostHeard, InAll: MostHeardInAll}, said: hostrate.Rates{PerHost: MostSaid, InAll: 2 * MostSaid}, asked: hostrate.Rates{PerHost: MostAsked, Burst: 4 * MostAsked, InAll: 4 * MostAsked},
		sender: &bounded{to: miop.NewSender(miop.SenderConfig{Interface: c.Interface, PacketSize: MostPacket})},
	}
	// An ORB of its own, which nobody calls: what comes by datagrams takes no room of those who call the daemon.
	if l.orb, err = orb.New(orb.Config{Transports: transport.Set{mem.New()}, Listen: []string{mem.Name + ":link:1"}, Multicaster: l.sender, Limits: new(limits.Limits), Logger: c.Log}); err != nil {
		return nil, errors.Join(err, l.sender.Close())
	}
	fail := func(err error) (*Link, error) { return nil, errors.Join(err, l.Close()) }
	member, err := poa.New(l.orb).Activate(dsomlink.DaemonClass.Servant(&hearer{link: l}))
	if err != nil {
		return fail(err)
	}
	l.groups = group.New(l.orb, group.Config{Interface: c.Interface, Logger: c.Log, Admit: l.admit})
	to := group.NewReference(l.orb, dsomlink.DaemonClass.Interface().ID, groupID, c.Group)
	l.all = dsomlink.DaemonClass.Unchecked(to) // before it is heard what is to be answered
	if l.leave, err = l.groups.Join(to, member); err != nil {
		return fail(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	l.stop = stop
	l.work.Go(func() { l.run(ctx) })
	return l, nil
}

// run says that the daemon is there, from time to time.
func (l *Link) run(ctx context.Context) {
	wait := time.Duration(0)
	for i := 0; ; i++ {
		t := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			t.Stop()
			return
		case <-t.C:
		}
		l.announce(ctx, 0, "", MostPacket)
		switch {
		case i == 0: // who is there, for the beginning
			_ = l.question(ctx, l.hello, "")
			wait = time.Second
		case i == 1: // the first may have been lost
			wait = 5 * time.Second
		default:
			wait = Every - time.Duration(random()%uint64(Every/5)) // not all at once
		}
	}
}

// Close ends it.
func (l *Link) Close() error {
	if l == nil {
		return nil
	}
	if l.stop != nil {
		l.stop()
	}
	if l.leave != nil {
		l.leave()
	}
	l.work.Wait()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return errors.Join(l.orb.Shutdown(ctx), l.sender.Close())
}

// Interface returns by which the daemon takes part.
func (l *Link) Interface() string { return l.c.Interface }

// Counts returns how often what has happened.
func (l *Link) Counts() Counts {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.counts
}

// Daemons returns those that were heard within MostAge, the last first. None of it is known to be true.
func (l *Link) Daemons() []Hint {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.hints.all(l.c.Now())
}

// Answered says that the daemon of a hint was asked by a call, and whether it is what the hint says: one that is leaves only for its age.
func (l *Link) Answered(h Hint, so bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.hints.answered(h, so)
}

// Ask asks all who has a name; "" is who is there. It returns what was answered within AskTime, or until ctx ends, and what was not is not asked for again. Its errors are a *hostrate.LimitError and the system's.
func (l *Link) Ask(ctx context.Context, what string) ([]Hint, error) {
	if len(what) > MostName {
		return nil, &hostrate.LimitError{Name: "link-name", Most: MostName}
	}
	number, got := random(), make(chan Hint, MostDaemons)
	l.mu.Lock()
	full := len(l.asking) >= MostQuestions
	if !full {
		l.asking[number] = got
	}
	l.mu.Unlock()
	if full {
		return nil, &hostrate.LimitError{Name: "link-asking", Most: MostQuestions}
	}
	defer func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.asking, number)
	}()
	end := time.NewTimer(AskTime)
	defer end.Stop()
	again := time.NewTicker(AskTime * 2 / 5) // datagrams are lost
	defer again.Stop()
	if err := l.question(ctx, number, what); err != nil {
		return nil, err
	}
	var all []Hint
	seen := map[source]bool{}
	for {
		select {
		case h := <-got:
			if !seen[h.source()] {
				seen[h.source()] = true
				all = append(all, h)
			}
		case <-again.C:
			_ = l.question(ctx, number, what)
		case <-end.C:
			return all, nil
		case <-ctx.Done():
			return all, context.Cause(ctx)
		}
	}
}

func random() uint64 {
	var b [8]byte
	_, _ = rand.Read(b[:])
	return binary.LittleEndian.Uint64(b[:]) | 1 // never 0, which is no question
}

// admit says whether a datagram is to be looked at.
func (l *Link) admit(from netip.AddrPort) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.near(from.Addr()) {
		l.counts.Foreign++
		return false
	}
	if l.heard.Take(from.Addr(), l.c.Now()) != nil {
		l.counts.Limited++
		return false
	}
	return true
}

// near reports whether an address is of the link.
func (l *Link) near(a netip.Addr) bool { return Near(l.networks, a) }

// A NameError says that what was given is no interface with an address of IPv4.
type NameError struct{ Interface string }

// Error says it.
func (e *NameError) Error() string {
	return fmt.Sprintf("this machine has no interface %q with an address of IPv4, by which a group could be heard", e.Interface)
}
