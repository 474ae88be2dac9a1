package somd_test

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/somd"
	"github.com/opendsom/dsom/transport"
)

// A holder has a state that is missed when it is lost.
type holder struct {
	som.Base
	n int32
}

var holders atomic.Int64 // that live

func (h *holder) SomDefaultInit() error { holders.Add(1); return nil }

func (h *holder) SomDestruct() { holders.Add(-1) }

func (h *holder) Put(_ context.Context, n int32) error { h.n = n; return nil }

func (h *holder) Got(context.Context) (int32, error) { return h.n, nil }

func (h *holder) Poke(ctx context.Context, o som.Object) (int32, error) {
	v, err := o.SOM().Invoke(ctx, "got")
	if err != nil {
		return 0, err
	}
	return v.(int32), nil
}

var holderClass = som.MustClass[holder]("Holder")

// A relay is a network that can be cut: it passes connections on while it is up.
type relay struct {
	at, to string

	mu    sync.Mutex
	l     net.Listener
	conns []net.Conn
	ends  sync.WaitGroup
}

func newRelay(t *testing.T) *relay {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &relay{at: l.Addr().String(), l: l}
	t.Cleanup(p.cut)
	return p
}

// up lets connections through.
func (p *relay) up(t *testing.T) {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.l == nil {
		l, err := net.Listen("tcp", p.at)
		if err != nil {
			t.Fatal(err)
		}
		p.l = l
	}
	l := p.l
	p.ends.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			s, err := net.Dial("tcp", p.to)
			if err != nil {
				_ = c.Close()
				continue
			}
			p.mu.Lock()
			if p.l != l { // it was cut meanwhile
				_, _ = c.Close(), s.Close()
			}
			p.conns = append(p.conns, c, s)
			p.mu.Unlock()
			p.ends.Go(func() { _, _ = io.Copy(c, s) })
			p.ends.Go(func() { _, _ = io.Copy(s, c) })
		}
	})
}

// cut ends all connections, and takes no new ones.
func (p *relay) cut() {
	p.mu.Lock()
	if p.l != nil {
		_ = p.l.Close()
	}
	for _, c := range p.conns {
		_ = c.Close()
	}
	p.l, p.conns = nil, nil
	p.mu.Unlock()
	p.ends.Wait()
}

// TestNotLost holds that an object elsewhere keeps its state whatever a call of it fails with, for as long as the process lives that has it: an exception about
// another object, a connection that breaks, a network that is cut for a while, or for the object's address alone.
func TestNotLost(t *testing.T) {
	t.Parallel()
	net := newRelay(t)
	o, err := orb.New(orb.Config{Listen: []string{"tcp:127.0.0.1:0"}, Publish: net.at})
	if err != nil {
		t.Fatal(err)
	}
	server := somd.New(poa.New(o).POA, somd.Config{})
	net.to = o.Endpoints()[0].Address()
	net.up(t)
	s, err := somd.NewServer(server, somd.Among(holderClass), "Holder")
	if err != nil {
		t.Fatal(err)
	}
	ref, err := server.Export(s)
	if err := errors.Join(err, s.Release()); err != nil {
		t.Fatal(err)
	}
	client, others := domain(t, somd.Config{}), domain(t, somd.Config{})
	t.Cleanup(func() {
		net.cut()
		if err := errors.Join(server.Close(), o.Shutdown(context.Background())); err != nil {
			t.Error(err)
		}
	})
	client.ORB().RegisterInitialReference("Holders", at(client.ORB(), ref, o.Endpoints()[0]))
	c, err := client.Place(t.Context(), somd.Place{Class: "Holder", URL: "corbaloc:rir:/Holders"})
	if err != nil {
		t.Fatal(err)
	}
	r, err := c.New()
	if err != nil {
		t.Fatal(err)
	}
	call := func(method string, args ...any) (any, error) { return r.Invoke(t.Context(), method, args...) }
	if _, err := call("put", int32(7)); err != nil {
		t.Fatal(err)
	}
	living := holders.Load()
	holds := func(after string) {
		t.Helper()
		if got, err := call("got"); err != nil || got != int32(7) || holders.Load() != living {
			t.Fatalf("after %s: got %v, %v, and %d objects in place of %d", after, got, err, holders.Load(), living)
		}
	}

	other, err := holderClass.New()
	if err != nil {
		t.Fatal(err)
	}
	passed := remote(t, others, client, other)
	if err := errors.Join(others.Withdraw(other), other.Release()); err != nil {
		t.Fatal(err)
	}
	if _, err := call("poke", passed); !errors.Is(err, exc.ObjectNotExist) || strings.Contains(err.Error(), "makes another") {
		t.Errorf("got %v", err)
	}
	holds("a call that met no other object")

	for range 3 {
		net.cut()
		for range 2 {
			if _, err := call("got"); !isOneOf(err, exc.CommFailure, exc.Transient) {
				t.Fatalf("got %v", err)
			}
		}
		if holders.Load() != living {
			t.Errorf("%d objects live at the server, and not %d", holders.Load(), living)
		}
		net.up(t)
		holds("the network was cut")
	}
	if err := r.Release(); err != nil {
		t.Error(err)
	}
	if n := holders.Load(); n != living-1 {
		t.Errorf("%d objects live at the server", n)
	}
}

// TestLostForTwo has one call make another target, since it had no answer and the object is gone, while another call is told that the object is gone: the first goes to the target that it has made.
func TestLostForTwo(t *testing.T) { // not beside others, which count the holders
	server := domain(t, somd.Config{})
	s, err := somd.NewServer(server, somd.Among(holderClass), "Holder")
	if err != nil {
		t.Fatal(err)
	}
	ref, err := server.Export(s)
	if err := errors.Join(err, s.Release()); err != nil {
		t.Fatal(err)
	}
	var armed atomic.Bool // from then on each step is taken once
	var gotOnce, putOnce, createOnce sync.Once
	sent, send, making, made := make(chan struct{}), make(chan struct{}), make(chan struct{}), make(chan struct{})
	o, err := orb.New(orb.Config{Listen: []string{"tcp:127.0.0.1:0"}, ClientInterceptors: []orb.ClientInterceptor{func(ctx context.Context, r *orb.ClientRequest, next func(context.Context) error) error {
		fails := false
		if armed.Load() {
			switch r.Operation() {
			case "got":
				gotOnce.Do(func() { close(sent); <-send })
			case "put":
				putOnce.Do(func() { fails = true })
			case "somdCreateObj":
				createOnce.Do(func() { close(making); <-made })
			}
		}
		if fails {
			return exc.New(exc.CommFailure, 0, exc.Maybe, "the connection is lost")
		}
		return next(ctx)
	}}})
	if err != nil {
		t.Fatal(err)
	}
	client := somd.New(poa.New(o).POA, somd.Config{})
	t.Cleanup(func() {
		if err := errors.Join(client.Close(), o.Shutdown(context.Background())); err != nil {
			t.Error(err)
		}
	})
	url := ref.IOR().String()
	c, err := client.Place(t.Context(), somd.Place{Class: "Holder", URL: url})
	if err != nil {
		t.Fatal(err)
	}
	r, err := c.New()
	if err != nil {
		t.Fatal(err)
	}
	there, err := o.Resolve(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	maker, err := client.Import(t.Context(), there)
	if err != nil {
		t.Fatal(err)
	}
	type outcome struct {
		got any
		err error
	}
	invoke := func(method string, args ...any) <-chan outcome {
		done := make(chan outcome, 1)
		go func() {
			got, err := r.Invoke(t.Context(), method, args...)
			done <- outcome{got, err}
		}()
		return done
	}
	armed.Store(true)
	second := invoke("got")
	<-sent
	if x := <-invoke("put", int32(1)); !errors.Is(x.err, exc.CommFailure) {
		t.Fatalf("without an answer: %v", x.err)
	}
	if _, err := maker.Invoke(t.Context(), "somdDeleteObj", r); err != nil {
		t.Fatal(err)
	}
	first := invoke("put", int32(2))
	<-making
	close(send)
	if x := <-second; !errors.Is(x.err, exc.ObjectNotExist) {
		t.Errorf("who is told first: %v, %v", x.got, x.err)
	}
	close(made)
	if x := <-first; x.err != nil {
		t.Errorf("who makes another: %v", x.err)
	}
	if x := <-invoke("got"); x.err != nil || x.got != int32(2) {
		t.Errorf("the other holds %v, %v", x.got, x.err)
	}
	if err := errors.Join(r.Release(), maker.Release()); err != nil {
		t.Error(err)
	}
}

// at returns a reference to the same object at another address.
func at(o *orb.ORB, ref *orb.Ref, e transport.Endpoint) *orb.Ref {
	p := ior.IIOP{Version: cdr.V12, Host: e.Host, Port: e.Port, Key: []byte(ref.ObjectKey())}
	return o.NewRef(&ior.IOR{TypeID: ref.TypeID(), Profiles: []ior.Profile{p.Profile()}})
}
