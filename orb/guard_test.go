package orb_test

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/mem"
)

// peerThat takes connections and requests, and does with each what act says; it returns an
// Echo that calls it, and how many requests came.
func peerThat(t *testing.T, act func(c net.Conn, h giop.Header, msg []byte)) (Echo, *atomic.Int32) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	seen := new(atomic.Int32)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				msg := make([]byte, giop.HeaderSize)
				if _, err := io.ReadFull(c, msg); err != nil {
					return
				}
				msg = append(msg, make([]byte, binary.LittleEndian.Uint32(msg[8:]))...)
				if _, err := io.ReadFull(c, msg[giop.HeaderSize:]); err != nil {
					return
				}
				h, err := giop.ParseHeader(msg)
				if err != nil || h.Type != giop.TypeRequest {
					return
				}
				seen.Add(1)
				act(c, h, msg)
			}()
		}
	}()
	ref, err := newClient(t, nil).Resolve(t.Context(), "corbaloc:iiop:1.2@"+l.Addr().String()+"/x")
	if err != nil {
		t.Fatal(err)
	}
	return EchoClass.Unchecked(ref), seen
}

// TestMaybeIsNotRetried: a peer that took the request and broke off may have carried it out.
func TestMaybeIsNotRetried(t *testing.T) {
	t.Parallel()
	e, seen := peerThat(t, func(net.Conn, giop.Header, []byte) {})
	var sys *exc.SystemException
	if err := e.Ping(t.Context()); !errors.As(err, &sys) || sys.Completed != exc.Maybe || sys.Remote {
		t.Errorf("got %v, want a failure on this side, completed MAYBE", err)
	}
	if n := seen.Load(); n != 1 {
		t.Errorf("the request was sent %d times", n)
	}
}

// TestUndecodableReply: the operation has run, or has not; nobody can tell.
func TestUndecodableReply(t *testing.T) {
	t.Parallel()
	e, _ := peerThat(t, func(c net.Conn, _ giop.Header, msg []byte) {
		b := giop.AppendHeader(nil, giop.Header{Version: cdr.V12, Little: true, Type: giop.TypeReply, Size: 12})
		b = append(b, msg[12:16]...)           // the request's id
		b = append(b, 99, 0, 0, 0, 0, 0, 0, 0) // a status that is none
		c.Write(b)
		io.Copy(io.Discard, c)
	})
	var sys *exc.SystemException
	if err := e.Ping(t.Context()); !errors.As(err, &sys) || sys.Completed != exc.Maybe {
		t.Errorf("got %v, want completed MAYBE", err)
	}
}

// TestDeadlineTravels: the time that the caller gives goes with the request, the default does not.
func TestDeadlineTravels(t *testing.T) {
	t.Parallel()
	left := make(chan time.Duration, 1)
	e, _ := peerThat(t, func(_ net.Conn, h giop.Header, msg []byte) {
		var d cdr.Decoder
		giop.Open(&d, h, msg, nil)
		var r giop.Request
		if err := r.Parse(h, &d); err != nil {
			t.Error(err)
		}
		data, _ := r.Contexts.Find(giop.ContextInvocationPolicy)
		var p giop.InvocationPolicies
		p.Parse(data)
		left <- p.RelativeRT
	})
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	_ = e.Ping(ctx) // the peer answers nothing
	if got := <-left; got <= 20*time.Second || got > 30*time.Second {
		t.Errorf("of 30s the peer was told %v", got)
	}
	_ = e.Ping(t.Context())
	if got := <-left; got != 0 {
		t.Errorf("of the default the peer was told %v", got)
	}
}

// TestTotalConnections: whoever is refused for the limit can tell that nothing was done.
func TestTotalConnections(t *testing.T) {
	t.Parallel()
	addr, o, alive := hostileServer(t, func(l *limits.Limits) {
		l.Set(limits.Connections, 1)
		l.SetTime(limits.IdleTimeout, time.Minute)
	})
	alive()
	e := EchoClass.Unchecked(newClient(t, nil).NewRef(mustResolve(t, "corbaloc:iiop:1.2@"+addr+"/Echo").IOR()))
	var sys *exc.SystemException
	if err := e.Ping(t.Context()); !errors.As(err, &sys) || sys.Kind != exc.Transient || sys.Completed != exc.No {
		t.Errorf("got %v, want TRANSIENT completed NO", err)
	}
	if o.Limits().Hits(limits.Connections) == 0 {
		t.Error("the limit connections was not counted")
	}
	alive()
}

func mustResolve(t *testing.T, url string) *orb.Ref {
	t.Helper()
	ref, err := newClient(t, nil).Resolve(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	return ref
}

// TestMalformedRequestEndsTheConnection: a request whose header cannot be read is told so, and is the last.
func TestMalformedRequestEndsTheConnection(t *testing.T) {
	t.Parallel()
	addr, _, alive := hostileServer(t, func(l *limits.Limits) { l.SetTime(limits.IdleTimeout, time.Hour) })
	bad := request(cdr.V12, true)
	bad[20] = 9 // addressing disposition
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(20 * time.Second))
	if _, err := c.Write(bad); err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(bufio.NewReader(c))
	if h, bad := giop.ParseHeader(b); err != nil || bad != nil || h.Type != giop.TypeMessageError || len(b) != giop.HeaderSize {
		t.Errorf("got %q, %v, want MessageError and the end", b, err)
	}
	alive()
}

// TestAfterShutdown: an ORB that has ended carries out nothing and calls nobody, be it that it has before, that it was
// sent elsewhere, or that nobody could be reached.
func TestAfterShutdown(t *testing.T) {
	t.Parallel()
	o, root := newORB(t, nil)
	local, err := EchoClass.Activate(root, new(echo))
	if err != nil {
		t.Fatal(err)
	}
	_, _, far := newServer(t, 7, 1)
	const nowhere = "corbaloc::127.0.0.1:1,:127.0.0.1:2/x"
	anywhere, err := o.Resolve(t.Context(), nowhere)
	if err != nil {
		t.Fatal(err)
	}
	calls := map[string]Echo{
		"local":   EchoClass.Unchecked(local),
		"remote":  EchoClass.Unchecked(o.NewRef(far.IOR())),
		"new":     EchoClass.Unchecked(o.NewRef(far.IOR())),
		"nowhere": EchoClass.Unchecked(anywhere),
	}
	for _, name := range []string{"local", "remote"} {
		if err := calls[name].Ping(t.Context()); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	if err := o.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	check := func(what string, err error) {
		t.Helper()
		if sys := kindOf(t, err); sys.Kind != exc.BadInvOrder || sys.Minor != exc.MinorORBShutDown || sys.Completed != exc.No {
			t.Errorf("%s: got %v, want BAD_INV_ORDER completed NO", what, err)
		}
	}
	for name, e := range calls {
		check(name, e.Ping(t.Context()))
		check(name+", oneway", e.Note(t.Context(), "x"))
	}
	_, err = o.Resolve(t.Context(), nowhere)
	check("Resolve", err)
	_, err = o.InitialReference(t.Context(), "NameService")
	check("InitialReference", err)
}

// TestLocalDeadline: a servant of this process that takes too long, and does not look at its context, has run, and the caller is told both.
func TestLocalDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		_, root := newORB(t, func(o *orb.Config) { o.Transports, o.Listen = transport.Set{mem.New()}, []string{"mem:here:1"} })
		impl := new(lengthy)
		ref, err := EchoClass.Activate(root, impl)
		if err != nil {
			t.Fatal(err)
		}
		begin := time.Now()
		err = EchoClass.Unchecked(ref).Ping(within(t, time.Second))
		if sys := kindOf(t, err); sys.Kind != exc.Timeout || sys.Completed != exc.Yes || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want TIMEOUT completed YES", err)
		}
		if took := time.Since(begin); took != long || impl.calls.Load() != 1 {
			t.Errorf("it took %v, want %v; called %d times", took, long, impl.calls.Load())
		}
	})
}

// TestGoexit: a servant that ends its goroutine, quickly or when another goroutine reads the
// connection already, ends nothing else: it is answered, others on the connection are, and Shutdown does not wait for it.
func TestGoexit(t *testing.T) {
	t.Parallel()
	impl := &echo{entered: make(chan struct{}), release: make(chan struct{})}
	o, root := newORB(t, nil)
	ref, err := EchoClass.Activate(root, impl)
	if err != nil {
		t.Fatal(err)
	}
	far, err := newClient(t, nil).Resolve(t.Context(), ref.String())
	if err != nil {
		t.Fatal(err)
	}
	e := EchoClass.Unchecked(far)
	ended := make(chan error, 1)
	go func() {
		_, err := e.Say(t.Context(), "slow goexit")
		ended <- err
	}()
	<-impl.entered
	for range 3 {
		if _, err := e.Say(t.Context(), "goexit"); !errors.Is(err, exc.Unknown) {
			t.Errorf("a servant that ends its goroutine: %v", err)
		}
		if err := e.Ping(t.Context()); err != nil {
			t.Errorf("ping after that: %v", err)
		}
	}
	close(impl.release)
	if err := <-ended; !errors.Is(err, exc.Unknown) {
		t.Errorf("a slow servant that ends its goroutine: %v", err)
	}
	if n := o.Connections(); n != 1 {
		t.Errorf("%d connections, want the one", n)
	}
	if err := o.Shutdown(t.Context()); err != nil {
		t.Errorf("Shutdown: %v", err)
	}
	if n := o.Connections(); n != 0 {
		t.Errorf("%d connections after Shutdown", n)
	}
}

// panicker is a handler that fails at what it is given.
type panicker struct{ exit bool }

func (p panicker) Find(context.Context, orb.Query) (orb.Target, error) {
	if p.exit {
		runtime.Goexit()
	}
	panic("what a key")
}

// TestPanicInFind: a handler, which is given keys from the network, does not end the process by a panic.
func TestPanicInFind(t *testing.T) {
	t.Parallel()
	for _, h := range []panicker{{}, {exit: true}} {
		t.Run(fmt.Sprintf("%+v", h), func(t *testing.T) { panicInFind(t, h) })
	}
}

func panicInFind(t *testing.T, h orb.Handler) {
	o, _ := newORB(t, nil)
	o.SetHandler(h)
	far := mustResolve(t, fmt.Sprintf("corbaloc:iiop:1.2@127.0.0.1:%d/x", o.Endpoints()[0].Port))
	if err := EchoClass.Unchecked(far).Ping(t.Context()); !errors.Is(err, &exc.SystemException{Kind: exc.Unknown, Minor: exc.MinorPanic, Completed: exc.No}) {
		t.Errorf("a Request: %v", err)
	}
	c, err := net.Dial("tcp", o.Endpoints()[0].Address())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	e := cdr.NewEncoder(nil, true, nil)
	giop.PutLocateRequest(e, cdr.V12, 7, []byte("x"), nil)
	if _, err := c.Write(e.Bytes()); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, giop.HeaderSize+8)
	if _, err := io.ReadFull(c, b); err != nil {
		t.Fatal(err)
	}
	if b[7] != byte(giop.TypeLocateReply) || b[16] != byte(giop.LocSystemException) {
		t.Errorf("a LocateRequest: %x", b)
	}
}

// TestKeptContext: what outlives a method keeps the values of its own request, without a race.
func TestKeptContext(t *testing.T) {
	t.Parallel()
	impl := &keeper{kept: make(chan context.Context, 1)}
	o, root := newORB(t, nil)
	ref, err := EchoClass.Activate(root, impl)
	if err != nil {
		t.Fatal(err)
	}
	_ = o
	e := EchoClass.Unchecked(newClient(t, nil).NewRef(ref.IOR()))
	var done sync.WaitGroup
	for range 100 {
		if err := e.Ping(t.Context()); err != nil {
			t.Fatal(err)
		}
		ctx := <-impl.kept
		done.Go(func() {
			if orb.Peer(ctx) == nil || ctx.Err() != nil {
				t.Errorf("of the kept context: peer %v, error %v", orb.Peer(ctx), ctx.Err())
			}
		})
	}
	done.Wait()
}

type keeper struct {
	echo
	kept chan context.Context
}

func (k *keeper) Ping(ctx context.Context) error { k.kept <- context.WithoutCancel(ctx); return nil }

// TestTooBigToSend: what the peer would refuse, and the connection with it, is not sent.
func TestTooBigToSend(t *testing.T) {
	t.Parallel()
	small := func(c *orb.Config) { c.Limits = new(limits.Limits); c.Limits.Set(limits.MessageSize, 1<<19) }
	o, root := newORB(t, small)
	ref, err := EchoClass.Activate(root, &echo{orb: o})
	if err != nil {
		t.Fatal(err)
	}
	e := EchoClass.Unchecked(newClient(t, small).NewRef(ref.IOR()))
	_, err = e.Blob(t.Context(), make([]byte, 1<<20))
	if !errors.Is(err, &exc.SystemException{Kind: exc.ImpLimit, Minor: exc.MinorLimit, Completed: exc.No}) || !strings.Contains(err.Error(), "limit message-size of 524288 octets") {
		t.Errorf("arguments of 1 MiB: %v", err)
	}
	if _, err = e.Say(t.Context(), "big"); !errors.Is(err, &exc.SystemException{Kind: exc.ImpLimit, Minor: exc.MinorLimit, Completed: exc.Yes}) {
		t.Errorf("results of 1 MiB: %v", err)
	}
	if n := o.Connections(); n != 1 {
		t.Errorf("%d connections, want the first one still", n)
	}
}

// TestLateLocally: of a local call that is over too late, what it raised says whether it was completed.
func TestLateLocally(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o, root := newORB(t, func(o *orb.Config) { o.Transports, o.Listen = transport.Set{mem.New()}, []string{"mem:here:1"} })
		ref, err := EchoClass.Activate(root, &echo{orb: o, entered: make(chan struct{}, 1), ended: make(chan error, 1)})
		if err != nil {
			t.Fatal(err)
		}
		_, err = EchoClass.Unchecked(ref).Say(within(t, 20*time.Millisecond), "wait")
		var sys *exc.SystemException
		if !errors.As(err, &sys) || sys.Kind != exc.Timeout || sys.Completed != exc.Maybe || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a servant that gives up with its context: %v, want TIMEOUT completed MAYBE", err)
		}
	})
}

// TestLateForwardLocally: a local call that is sent elsewhere when its time is over has run nowhere.
func TestLateForwardLocally(t *testing.T) {
	t.Parallel()
	there := new(echo)
	e := serve(t, there)
	_, root := newORB(t, nil)
	adapter, err := root.Create("elsewhere", poa.Options{IDAssignment: poa.UserID, ServantRetention: poa.NonRetain, RequestProcessing: poa.UseServantManager,
		ServantLocator: poa.LocatorFunc(func(ctx context.Context, _ string) (orb.Servant, error) {
			<-ctx.Done()
			return nil, &orb.ForwardRequest{To: orb.RefOf(e.(orb.Object))}
		})})
	if err != nil {
		t.Fatal(err)
	}
	ref, err := adapter.Reference("x", &orb.Interface{ID: echoID})
	if err != nil {
		t.Fatal(err)
	}
	err = EchoClass.Unchecked(ref).Note(within(t, 20*time.Millisecond), "x")
	if err != nil {
		t.Errorf("a oneway call: %v", err)
	}
	err = EchoClass.Unchecked(ref).Ping(within(t, 20*time.Millisecond))
	var sys *exc.SystemException
	if !errors.As(err, &sys) || sys.Kind != exc.Timeout || sys.Completed != exc.No || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want TIMEOUT completed NO", err)
	}
}

// TestUnicodeRefused: a peer of old that does not understand what was tried costs nothing but
// the one call, which says what it would have said.
func TestUnicodeRefused(t *testing.T) {
	t.Parallel()
	o, root := newORB(t, func(c *orb.Config) { c.MaxVersion = cdr.V10 })
	if _, err := root.ActivateKey("Echo", EchoClass.Servant(new(echo))); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0") // refuses what is not of GIOP 1.0, as old ORBs do
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go oldPeer(c, o.Endpoints()[0].Address())
		}
	}()
	far, err := newClient(t, nil).Resolve(t.Context(), "corbaloc::"+l.Addr().String()+"/Echo")
	if err != nil {
		t.Fatal(err)
	}
	e := EchoClass.Unchecked(far)
	for range 2 {
		if got, err := e.Say(t.Context(), "plain"); got != "plain" || err != nil {
			t.Errorf("plain text: %q, %v", got, err)
		}
		_, err := e.Say(t.Context(), "日本")
		var sys *exc.SystemException
		if !errors.As(err, &sys) || sys.Kind != exc.DataConversion || sys.Completed != exc.No {
			t.Errorf("other text: %v, want DATA_CONVERSION completed NO", err)
		}
	}
}

// oldPeer passes on what is of GIOP 1.0, and answers anything else with a MessageError.
func oldPeer(c net.Conn, to string) {
	defer c.Close()
	head := make([]byte, giop.HeaderSize)
	if _, err := io.ReadFull(c, head); err != nil {
		return
	}
	if head[5] != 0 {
		c.Write(giop.AppendMessageError(nil, cdr.V10, true))
		return
	}
	s, err := net.Dial("tcp", to)
	if err != nil {
		return
	}
	defer s.Close()
	s.Write(head)
	go io.Copy(s, c)
	io.Copy(c, s)
}
