// Package gopeer runs the suite's server and client in Go, inside the test: the same objects and the same cases as those
// of the other peers, on this project's ORB.
package gopeer

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/interop/gopeer/servants"
	"github.com/opendsom/dsom/interop/peer"
	"github.com/opendsom/dsom/interop/wiretap"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/tcp"
	"github.com/opendsom/dsom/transport/tls"
	"github.com/opendsom/dsom/transport/unix"
)

// shutdownTime is how long an ORB may take to end in order.
const shutdownTime = time.Minute

// Options are what server and client can be told. The zero value says nothing.
type Options struct {
	Version   string // greatest GIOP version
	Port      int    // to listen on, 0 is any; the client's is for callbacks
	BigEndian bool
	Fragment  int           // octets above which messages are sent in fragments, in GIOP 1.2
	IdleClose time.Duration // server: idle connections are closed after so long
	Idle      time.Duration // client: what the case rebind waits
	Spoil     string        // operations, between blanks, whose replies are changed as they are sent or received
	Network   string        // to listen and to be called by; "" is tcp
	Address   string        // to listen at instead of 127.0.0.1 and Port
	TLS       *tls.Config   // the transport by TLS is there
	Require   bool          // nothing that is not sealed is taken or called
	ServerID  [16]byte      // server: if set, references to the hub's parts mean the same in the next server of this id
}

// An ORB is one of this project, with a tap.
type ORB struct {
	*orb.ORB
	Root *poa.Root
	Tap  *wiretap.Tap

	transport transport.Transport
	idle      time.Duration
}

// NewORB returns an ORB that listens on 127.0.0.1, and ends with the test if it has not ended before.
func NewORB(t testing.TB, options Options) *ORB {
	t.Helper()
	o := &ORB{Tap: new(wiretap.Tap), idle: options.Idle}
	if spoilt := strings.Fields(options.Spoil); spoilt != nil {
		o.Tap.Spoil = func(operation string) bool { return slices.Contains(spoilt, operation) }
	}
	o.transport = o.Tap.On(tcp.New())
	set := transport.Set{o.transport}
	if options.TLS != nil {
		sealed, err := tls.New(*options.TLS)
		if err != nil {
			t.Fatal(err)
		}
		set = append(set, o.Tap.On(sealed))
		if options.Network == tls.Name {
			o.transport = set[1]
		}
	}
	if options.Network == unix.Name {
		set = append(set, o.Tap.On(unix.New()))
		o.transport = set[len(set)-1]
	}
	listen := cmp.Or(options.Address, fmt.Sprintf("127.0.0.1:%d", options.Port))
	cfg := orb.Config{
		Transports:   set,
		RequireTLS:   options.Require,
		CallTLSOnly:  options.Require,
		Listen:       []string{cmp.Or(options.Network, tcp.Name) + ":" + listen},
		MaxVersion:   version(t, options.Version),
		BigEndian:    options.BigEndian,
		FragmentSize: options.Fragment,
		Limits:       new(limits.Limits),
		ServerID:     options.ServerID,
		Logger:       slog.New(slog.NewTextHandler(t.Output(), nil)),
	}
	if options.IdleClose > 0 {
		cfg.Limits.SetTime(limits.IdleTimeout, options.IdleClose)
	}
	var err error
	if o.ORB, err = orb.New(cfg); err != nil {
		t.Fatal(err)
	}
	o.Root = poa.New(o.ORB)
	t.Cleanup(func() { o.Stop(t) })
	return o
}

// version reads "1.1"; the empty string is the ORB's own choice.
func version(t testing.TB, s string) cdr.Version {
	t.Helper()
	versions := map[string]cdr.Version{"": {}, "1.0": cdr.V10, "1.1": cdr.V11, "1.2": cdr.V12}
	v, ok := versions[s]
	if !ok {
		t.Fatalf("%q is no version of GIOP", s)
	}
	return v
}

// Stop ends the ORB in order. A second call does nothing.
func (o *ORB) Stop(t testing.TB) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), shutdownTime)
	defer cancel()
	if err := o.Shutdown(ctx); err != nil {
		t.Errorf("shutdown: %v", err)
	}
}

// A Server is the suite's server.
type Server struct {
	*ORB
	IOR string
}

// Start starts the server. Its hub can also be named corbaloc::127.0.0.1:PORT/interop.
func Start(t testing.TB, options Options) *Server {
	t.Helper()
	o := NewORB(t, options)
	policies := poa.Options{IDAssignment: poa.UserID}
	if options.ServerID != [16]byte{} {
		policies.Lifespan = poa.Persistent
	}
	parts, err := o.Root.Create("parts", policies)
	if err != nil {
		t.Fatal(err)
	}
	hub, err := servants.Publish(o.Root, parts)
	if err != nil {
		t.Fatal(err)
	}
	return &Server{o, hub.String()}
}

// Stop ends the server and returns what it has answered and made.
func (s *Server) Stop(t testing.TB) peer.Counts {
	t.Helper()
	s.ORB.Stop(t)
	return peer.Counts{
		Answered: s.Tap.Count(wiretap.Answered), Oneways: s.Tap.Count(wiretap.Oneway), Made: s.Tap.Count(wiretap.Made),
	}
}
