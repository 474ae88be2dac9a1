package orb_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/tcp"
)

// hole is TCP in a network where one host takes no connection and refuses none, as one does that is switched off.
type hole struct{ transport.Transport }

const holeHost = "127.9.9.9"

func (h hole) Dial(ctx context.Context, e transport.Endpoint) (transport.Conn, error) {
	if e.Host == holeHost {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return h.Transport.Dial(ctx, e)
}

func besideHole(t *testing.T) *orb.ORB {
	return newClient(t, func(c *orb.Config) { c.Transports = transport.Set{hole{tcp.New()}} })
}

// detour forwards to one place after the other.
type detour struct {
	to    []*ior.IOR
	asked atomic.Int32
}

func (d *detour) Find(context.Context, orb.Query) (orb.Target, error) {
	n := int(d.asked.Add(1))
	return orb.Target{Forward: d.to[min(n, len(d.to))-1]}, nil
}

func within(t *testing.T, d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}

// TestForwardIntoAHole: who was forwarded to a host that does not answer goes back, in this
// call if its time is enough, and in the next if it is not.
func TestForwardIntoAHole(t *testing.T) {
	t.Parallel()
	good, root := newORB(t, nil)
	ref, err := EchoClass.Activate(root, &echo{orb: good})
	if err != nil {
		t.Fatal(err)
	}
	gone := (&ior.IOR{TypeID: echoID, Profiles: []ior.Profile{ior.IIOP{Version: cdr.V12, Host: holeHost, Port: 1, Key: []byte(ref.ObjectKey())}.Profile()}})
	for _, c := range []struct {
		name   string
		to     []*ior.IOR
		within time.Duration // the first call, of which each way into the hole takes a part
		first  bool          // the first call succeeds
	}{
		{"the forwarder knows better at once", []*ior.IOR{gone, ref.IOR()}, 20 * time.Second, true},
		{"the forwarder knows better later", []*ior.IOR{gone, gone, ref.IOR()}, 5 * time.Second, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			o, _ := newORB(t, nil)
			d := &detour{to: c.to}
			o.SetHandler(d)
			far, err := besideHole(t).Resolve(t.Context(), fmt.Sprintf("corbaloc:iiop:1.2@127.0.0.1:%d/x", o.Endpoints()[0].Port))
			if err != nil {
				t.Fatal(err)
			}
			e := EchoClass.Unchecked(far)
			if err := e.Ping(within(t, c.within)); (err == nil) != c.first {
				t.Errorf("first call: %v", err)
			}
			if err := e.Ping(within(t, 20*time.Second)); err != nil {
				t.Errorf("second call: %v", err)
			}
			if n := int(d.asked.Load()); n != len(c.to) {
				t.Errorf("the forwarder was asked %d times, want %d", n, len(c.to))
			}
		})
	}
}

// TestSeveralAddresses: an address that does not answer takes its share of the time alone, and
// the next call does not begin with it.
func TestSeveralAddresses(t *testing.T) {
	t.Parallel()
	o, root := newORB(t, nil)
	if _, err := root.ActivateKey("Echo", EchoClass.Servant(new(echo))); err != nil {
		t.Fatal(err)
	}
	far, err := besideHole(t).Resolve(t.Context(), fmt.Sprintf("corbaloc:iiop:1.2@%s:1,iiop:1.2@127.0.0.1:%d/Echo", holeHost, o.Endpoints()[0].Port))
	if err != nil {
		t.Fatal(err)
	}
	e := EchoClass.Unchecked(far)
	for range 3 {
		if err := e.Ping(within(t, 20*time.Second)); err != nil {
			t.Error(err)
		}
	}
}

// TestNextCallBeginsElsewhere: where a call was given up while it waited for an address, the next begins at another.
func TestNextCallBeginsElsewhere(t *testing.T) {
	t.Parallel()
	o, root := newORB(t, nil)
	if _, err := root.ActivateKey("Echo", EchoClass.Servant(new(echo))); err != nil {
		t.Fatal(err)
	}
	began := make(chan struct{}, 1)
	client := newClient(t, func(c *orb.Config) { c.Transports = transport.Set{toldHole{hole{tcp.New()}, began}} })
	far, err := client.Resolve(t.Context(), fmt.Sprintf("corbaloc:iiop:1.2@%s:1,iiop:1.2@127.0.0.1:%d/Echo", holeHost, o.Endpoints()[0].Port))
	if err != nil {
		t.Fatal(err)
	}
	e := EchoClass.Unchecked(far)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-began
		cancel()
	}()
	if err := e.Ping(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("the call that was given up: %v", err)
	}
	begin := time.Now()
	if err := e.Ping(within(t, 30*time.Second)); err != nil || time.Since(begin) > 10*time.Second { // 15 s are the hole's share
		t.Errorf("the next call: %v, after %v", err, time.Since(begin))
	}
}

// toldHole tells when somebody connects to the hole.
type toldHole struct {
	hole
	began chan struct{}
}

func (h toldHole) Dial(ctx context.Context, e transport.Endpoint) (transport.Conn, error) {
	if e.Host == holeHost {
		select {
		case h.began <- struct{}{}:
		default:
		}
	}
	return h.hole.Dial(ctx, e)
}

// TestTimeoutWhileConnecting: it is a TIMEOUT whoever sees the end of the time first.
func TestTimeoutWhileConnecting(t *testing.T) {
	t.Parallel()
	far, err := besideHole(t).Resolve(t.Context(), "corbaloc:iiop:1.2@"+holeHost+":1/x")
	if err != nil {
		t.Fatal(err)
	}
	for range 30 {
		err := EchoClass.Unchecked(far).Ping(within(t, 5*time.Millisecond))
		var sys *exc.SystemException
		if !errors.As(err, &sys) || sys.Kind != exc.Timeout || sys.Completed != exc.No || !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, exc.Transient) {
			t.Fatalf("got %v, want TIMEOUT", err)
		}
	}
}

// TestLinksAreForgotten: addresses that peers name, and connections that have ended, leave nothing behind.
func TestLinksAreForgotten(t *testing.T) {
	t.Parallel()
	client := newClient(t, nil)
	for range 3 {
		o, root := newORB(t, nil)
		ref, err := EchoClass.Activate(root, &echo{orb: o})
		if err != nil {
			t.Fatal(err)
		}
		far, err := client.Resolve(t.Context(), ref.String())
		if err != nil {
			t.Fatal(err)
		}
		if err := EchoClass.Unchecked(far).Ping(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := orb.Links(client); n != 1 {
			t.Errorf("%d links to one server", n)
		}
		if err := o.Shutdown(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := EchoClass.Unchecked(far).Ping(t.Context()); !errors.Is(err, exc.Transient) {
			t.Errorf("a call of a server that has ended: %v", err)
		}
		until(t, func() bool { return orb.Links(client) == 0 })
	}
}

// TestLongHostName: a reference may not make the ORB keep a host name of any length.
func TestLongHostName(t *testing.T) {
	t.Parallel()
	client := newClient(t, nil)
	ref := client.NewRef(&ior.IOR{Profiles: []ior.Profile{ior.IIOP{Version: cdr.V12, Host: strings.Repeat("h", 256), Port: 1, Key: []byte("x")}.Profile()}})
	if err := EchoClass.Unchecked(ref).Ping(t.Context()); !errors.Is(err, exc.Transient) || !strings.Contains(err.Error(), "limit host-name of 255 octets") {
		t.Errorf("got %v", err)
	}
	if client.Limits().Hits(limits.HostName) == 0 {
		t.Error("the limit was not counted")
	}
}

// TestSameServerWithoutObjects: a program that has its server's id but serves nothing, such as one that looks after it, calls the server and not itself.
func TestSameServerWithoutObjects(t *testing.T) {
	t.Parallel()
	_, _, direct := newServer(t, 9, 1)
	o, err := orb.New(orb.Config{ServerID: [16]byte{9}, Logger: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	defer o.Shutdown(context.Background())
	if err := EchoClass.Unchecked(o.NewRef(direct.IOR())).Ping(t.Context()); err != nil {
		t.Error(err)
	}
}
