// Package datagram answers what comes to the daemon in a datagram, by UDP at its port or as a packet of IPX: where an object is, and nothing else.
//
// A LocateRequest of GIOP in one datagram has a LocateReply in one. Nobody can be hurt by one: a reply has three times the octets of its request at most, and one to a request that is too short to be told
// more says that the object is here, so that the client asks again by a connection. Nothing is started, made or changed for a datagram, and none that says anything else is answered at all, with an error neither.
package datagram

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/limits/hostrate"
	"github.com/opendsom/dsom/transport/miop"
	"github.com/opendsom/dsom/transport/socket"
)

// The limits. The names are those of docs/udp.md.
const (
	MostRequest   = 1472               // udp-request: octets of a datagram that is looked at
	MostReply     = 1232               // udp-reply: octets of a reply
	Amplification = 3                  // udp-amplification: octets of a reply for each of its request
	MostPerHost   = 100                // udp-rate-per-host: datagrams of a host that are looked at, a second; twice as many at once
	MostInAll     = 2000               // udp-rate: of all
	MostHosts     = hostrate.MostHosts // udp-hosts: hosts that are remembered for that
)

// answerTime is Locator.Time where that is 0.
const answerTime = 100 * time.Millisecond

// An Event is what a datagram was, or what became of it. Its text is stable.
type Event string

// The events. Each datagram is one.
const (
	Here      Event = "here"      // a LocateRequest: the daemon takes calls of the object
	Unknown   Event = "unknown"   // likewise: there is none
	Forwarded Event = "forwarded" // likewise: a server has it
	Shortened Event = "shortened" // likewise, and the answer that a server has it is too long: HERE was said instead
	Unsaid    Event = "unsaid"    // likewise, and why is not for a datagram: HERE was said instead
	Limited   Event = "limited"   // not looked at: its host, or all, sent too many
	Long      Event = "long"      // not looked at: it exceeds udp-request
	Garbage   Event = "garbage"   // nothing of GIOP
	Malformed Event = "malformed" // GIOP that cannot be read, or is not all there
	Refused   Event = "refused"   // a message of GIOP that is not for a datagram to the daemon, or a packet of MIOP
	Stray     Event = "stray"     // it comes from no address that can be answered
	Unsent    Event = "unsent"    // the system did not take the answer
)

// Events are all of them.
var Events = []Event{Here, Unknown, Forwarded, Shortened, Unsaid, Limited, Long, Garbage, Malformed, Refused, Stray, Unsent}

// An Answer says where an object is.
type Answer struct {
	Exists  bool
	Forward *ior.IOR // the server's; nil: the daemon takes its calls
}

// Config says how datagrams are answered.
type Config struct {
	// Locate finds an object: see [Locator].
	Locate func(ctx context.Context, client net.Addr, key []byte) (Answer, error)

	// Visit, if set, is told of datagrams that are none of a client: Limited, Long, Garbage, Malformed, Refused, Stray. first are the first octets.
	Visit func(from netip.AddrPort, what Event, first []byte)

	PerHost, InAll int // 0: MostPerHost, MostInAll

	Time time.Duration // see [Locator]

	Limits *limits.Limits
	Log    *slog.Logger     // nil: nothing is logged
	Now    func() time.Time // nil is time.Now
}

// A Server answers. It is safe for concurrent use.
type Server struct {
	c     Config
	by    Locator
	tally Tally

	mu     sync.Mutex
	rates  hostrate.Rates
	conns  []net.PacketConn
	closed bool
	work   sync.WaitGroup
}

// New returns a server that hears nothing yet.
func New(c Config) *Server {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Server{c: c, by: Locator{Locate: c.Locate, Time: c.Time, Limits: c.Limits, Log: c.Log}, rates: hostrate.Rates{Name: "udp", PerHost: cmp.Or(c.PerHost, MostPerHost), InAll: cmp.Or(c.InAll, MostInAll), Hosts: MostHosts}}
}

// Serve answers what comes to a socket, in a goroutine of its own, until Close, which closes the socket.
func (s *Server) Serve(c *net.UDPConn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		_ = c.Close()
		return
	}
	s.conns = append(s.conns, c)
	s.work.Go(func() { s.run(c) })
}

// Close ends the server. It waits for the answers that are being given.
func (s *Server) Close() error {
	s.mu.Lock()
	s.closed = true
	var errs []error
	for _, c := range s.conns {
		errs = append(errs, c.Close())
	}
	s.conns = nil
	s.mu.Unlock()
	s.work.Wait()
	return errors.Join(errs...)
}

// Counts returns how many datagrams were what.
func (s *Server) Counts() map[Event]uint64 { return s.tally.Counts() }

func (s *Server) run(c *net.UDPConn) {
	b := make([]byte, MostRequest+1)
	var out []byte
	for {
		n, from, err := c.ReadFromUDPAddrPort(b)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil { // of an answer that reached nobody, as some systems tell, or for want of memory
			if socket.IsLong(err) {
				s.count(from, Long, nil)
				continue
			}
			s.c.Log.Debug("a datagram cannot be read", "error", err)
			time.Sleep(time.Millisecond) // an error that stays is not to take the processor
			continue
		}
		from = netip.AddrPortFrom(from.Addr().Unmap(), from.Port())
		reply, what := s.answer(out[:0], from, b[:n])
		if len(reply) > 0 {
			out = reply
			if _, err := c.WriteToUDPAddrPort(reply, from); err != nil && !errors.Is(err, net.ErrClosed) {
				s.c.Log.Debug("a datagram is not answered", "client", from, "error", err)
				what = Unsent
			}
		}
		s.count(from, what, b[:n])
	}
}

// count tells of a datagram, and counts it: whoever sees it counted finds that it was told of.
func (s *Server) count(from netip.AddrPort, what Event, first []byte) {
	defer s.tally.Add(what)
	switch what {
	case Limited, Long, Garbage, Malformed, Refused, Stray:
		if s.c.Visit != nil {
			s.c.Visit(from, what, first[:min(len(first), 64)])
		}
	}
}

// answer appends the reply to a datagram to out, nothing if there is to be none, and says what it was.
func (s *Server) answer(out []byte, from netip.AddrPort, b []byte) ([]byte, Event) {
	s.mu.Lock() // of the rates
	err := s.rates.Take(from.Addr(), s.c.Now())
	s.mu.Unlock()
	switch {
	case err != nil:
		return nil, Limited
	case from.Port() == 0 || !from.Addr().IsValid() || from.Addr().IsMulticast() || from.Addr().IsUnspecified() || from.Addr() == broadcast:
		return nil, Stray
	case len(b) > MostRequest:
		return nil, Long
	case miop.IsPacket(b):
		return nil, Refused
	}
	return s.by.Answer(out, net.UDPAddrFromAddrPort(from), b, MostReply)
}

var broadcast = netip.AddrFrom4([4]byte{255, 255, 255, 255})
