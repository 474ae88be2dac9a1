package probe_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"sync"
	"syscall"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/ior"
)

// A behaviour is what a peer does with a connection.
type behaviour func(c net.Conn)

// world is a network in which each address behaves as it is told; nobody is at the others, and
// they do not answer either.
type world struct {
	t     *testing.T
	names map[string][]string
	at    map[string]any                   // by host:port: a behaviour, the error of connecting, or a func() any that returns these in turn
	udp   map[string]func(q []byte) []byte // by host:port: what is answered to a datagram, nil for nothing; nobody is at the others
	own   []netip.Prefix
	wait  sync.WaitGroup
}

func newWorld(t *testing.T) *world {
	w := &world{t: t, names: map[string][]string{}, at: map[string]any{}, udp: map[string]func([]byte) []byte{}, own: []netip.Prefix{
		netip.MustParsePrefix("127.0.0.1/8"), netip.MustParsePrefix("192.168.1.10/24"), netip.MustParsePrefix("172.17.0.1/16"),
		netip.MustParsePrefix("192.0.2.1/24"), netip.MustParsePrefix("10.42.7.1/24"),
	}}
	t.Cleanup(w.wait.Wait)
	return w
}

func (w *world) Own() []netip.Prefix { return w.own }

func (w *world) Lookup(ctx context.Context, host string) ([]netip.Addr, error) {
	if a, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{a}, nil
	}
	if host == "slow.example.org" {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	var all []netip.Addr
	for _, s := range w.names[host] {
		all = append(all, netip.MustParseAddr(s))
	}
	if all == nil {
		return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	}
	return all, nil
}

func (w *world) Dial(ctx context.Context, at netip.AddrPort) (net.Conn, error) {
	to := w.at[at.String()]
	if next, ok := to.(func() any); ok {
		to = next()
	}
	switch b := to.(type) {
	case error:
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: b}
	case behaviour:
		ours, theirs := net.Pipe()
		w.wait.Go(func() {
			defer theirs.Close()
			b(theirs)
		})
		return ours, nil
	}
	<-ctx.Done()
	return nil, ctx.Err()
}

func (w *world) DialUDP(_ context.Context, at netip.AddrPort) (net.Conn, error) {
	say := w.udp[at.String()]
	if say == nil {
		return nil, &net.OpError{Op: "dial", Net: "udp", Err: refuses}
	}
	ours, theirs := net.Pipe()
	w.wait.Go(func() {
		defer theirs.Close()
		for b := make([]byte, 2000); ; {
			n, err := theirs.Read(b)
			if err != nil {
				return
			}
			if a := say(b[:n]); a != nil {
				if _, err := theirs.Write(a); err != nil {
					return
				}
			}
		}
	})
	return ours, nil
}

var (
	refuses   = syscall.ECONNREFUSED
	noRoute   = syscall.EHOSTUNREACH
	errPurple = errors.New("the cable is purple")
)

// says answers whatever comes with a text and closes.
func says(text string) behaviour {
	return func(c net.Conn) {
		_, _ = c.Read(make([]byte, 1024))
		_, _ = io.WriteString(c, text)
	}
}

// silent takes everything and says nothing, until the other end closes.
func silent(c net.Conn) { _, _ = io.Copy(io.Discard, c) }

// closes takes one message.
func closes(c net.Conn) { _, _ = c.Read(make([]byte, 1024)) }

// A server answers messages of GIOP. What is not set is answered as for an object that is there.
type server struct {
	version cdr.Version // the highest; zero: 1.2
	big     bool
	locate  func(e *cdr.Encoder, v cdr.Version, id uint32)
	request func(e *cdr.Encoder, v cdr.Version, id uint32)
	mute    bool            // for requests
	deaf    bool            // for LocateRequests
	wants   giop.Addressing // how targets are to be named
	fussy   bool            // and then otherwise
	cut     int             // replies longer than that come in fragments; 0: whole
}

func (s server) behave(c net.Conn) {
	if s.version == (cdr.Version{}) {
		s.version = cdr.V12
	}
	for {
		head := make([]byte, giop.HeaderSize)
		if _, err := io.ReadFull(c, head); err != nil {
			return
		}
		h, err := giop.ParseHeader(head)
		if err != nil {
			return
		}
		msg := append(head, make([]byte, h.Size)...)
		if _, err := io.ReadFull(c, msg[giop.HeaderSize:]); err != nil {
			return
		}
		if !s.version.AtLeast(h.Version) {
			_, _ = c.Write(giop.AppendMessageError(nil, s.version, !s.big))
			return
		}
		var d cdr.Decoder
		giop.Open(&d, h, msg, &cdr.Env{Version: h.Version})
		e := cdr.NewEncoder(nil, !s.big, &cdr.Env{Version: h.Version})
		switch h.Type {
		case giop.TypeLocateRequest:
			var r giop.LocateRequest
			if r.Parse(h, &d) != nil || !known(r.Key) {
				return
			}
			switch {
			case s.deaf:
				continue
			case s.locate == nil:
				giop.Finish(e, giop.BeginLocateReply(e, h.Version, r.ID, giop.ObjectHere))
			default:
				s.locate(e, h.Version, r.ID)
			}
		case giop.TypeRequest:
			var r giop.Request
			if r.Parse(h, &d) != nil || !known(r.Key) || string(r.Operation) != "_non_existent" {
				return
			}
			switch {
			case s.mute:
				continue
			case s.fussy || s.wants != r.Target.Kind && s.wants != giop.KeyAddr:
				m := giop.BeginReply(e, h.Version, r.ID, giop.NeedsAddressingMode, nil)
				e.UShort(uint16(s.wants))
				giop.Finish(e, m)
			case s.request == nil:
				m := giop.BeginReply(e, h.Version, r.ID, giop.NoException, nil)
				e.Boolean(false)
				giop.Finish(e, m)
			default:
				s.request(e, h.Version, r.ID)
			}
		}
		out := e.Bytes()
		if s.cut > 0 {
			if out, err = giop.Split(nil, out, s.cut); err != nil {
				return
			}
		}
		if _, err := c.Write(out); err != nil {
			return
		}
	}
}

// known reports whether a server has an object of that key.
func known(key []byte) bool { return string(key) == "key" || string(key) == "another" }

// serves is the behaviour of a server.
func serves(s server) behaviour { return s.behave }

// raising is the behaviour of a server whose object raises.
func raising(k exc.Kind, reason string) behaviour { return serves(raises(k, reason)) }

func raises(k exc.Kind, reason string) server {
	return server{
		locate: func(e *cdr.Encoder, v cdr.Version, id uint32) {
			giop.Finish(e, giop.BeginLocateReply(e, v, id, giop.UnknownObject))
		},
		request: func(e *cdr.Encoder, v cdr.Version, id uint32) {
			var contexts []giop.Context
			if reason != "" {
				contexts = []giop.Context{giop.ExceptionDetail(reason)}
			}
			m := giop.BeginReply(e, v, id, giop.SystemException, contexts)
			giop.PutSystemException(e, &exc.SystemException{Kind: k})
			giop.Finish(e, m)
		},
	}
}

// forwarding is a server that knows better, and says so in one of the two answers.
func forwarding(to *ior.IOR, located bool) behaviour {
	s := server{}
	if located {
		s.locate = func(e *cdr.Encoder, v cdr.Version, id uint32) {
			m := giop.BeginLocateReply(e, v, id, giop.ObjectForward)
			ior.Put(e, to)
			giop.Finish(e, m)
		}
	} else {
		s.request = func(e *cdr.Encoder, v cdr.Version, id uint32) {
			m := giop.BeginReply(e, v, id, giop.LocationForward, nil)
			ior.Put(e, to)
			giop.Finish(e, m)
		}
	}
	return serves(s)
}

// at returns the reference of the object at addresses.
func at(addresses ...string) *ior.IOR {
	var list []ior.Address
	for _, s := range addresses {
		host, port, _ := net.SplitHostPort(s)
		n, _ := net.LookupPort("tcp", port)
		list = append(list, ior.Address{Host: host, Port: uint16(n)})
	}
	return &ior.IOR{TypeID: "IDL:X:1.0", Profiles: ior.IIOP{Version: cdr.V12, Key: []byte("key")}.At(list)}
}
