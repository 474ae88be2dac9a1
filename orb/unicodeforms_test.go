package orb_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/tcp"
)

// TestUnicodeKeepsTheTarget: the form in which a peer wants its target named holds for the call in Unicode, which does not learn it anew.
func TestUnicodeKeepsTheTarget(t *testing.T) {
	t.Parallel()
	e, seen := peerThat(t, func(c net.Conn, h giop.Header, msg []byte) {
		eachRequest(t, c, h, msg, func(h giop.Header, msg []byte, r *giop.Request) {
			switch {
			case r.Target.Kind != giop.KeyAddr:
				answer(t, c, h, msg, giop.NoException, func(e *cdr.Encoder) { e.RawString("x") })
			case string(r.Operation) != "ping":
				t.Errorf("%s names its target by its key", r.Operation)
				fallthrough
			default:
				answer(t, c, h, msg, giop.NeedsAddressingMode, func(e *cdr.Encoder) { e.UShort(uint16(giop.ProfileAddr)) })
			}
		})
	})
	if err := e.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, err := e.Say(t.Context(), "日本"); got != "x" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	if n := seen.Load(); n != 2 {
		t.Errorf("%d connections, want one for Unicode beside the first", n)
	}
}

// dials notes which ports are connected to.
type dials struct {
	transport.Transport
	mu    sync.Mutex
	ports []uint16
}

func (d *dials) Dial(ctx context.Context, e transport.Endpoint) (transport.Conn, error) {
	d.mu.Lock()
	d.ports = append(d.ports, e.Port)
	d.mu.Unlock()
	return d.Transport.Dial(ctx, e)
}

// TestUnicodeKeepsTheAddress: the call in Unicode begins at the address that calls have come to, not at the first again.
func TestUnicodeKeepsTheAddress(t *testing.T) {
	t.Parallel()
	d := &dials{Transport: tcp.New()}
	client := newClient(t, func(c *orb.Config) { c.Transports = transport.Set{d} })
	p, err := by(t, newClient(t, nil), atKey(t, "object")).IOR().Profiles[0].IIOP()
	if err != nil {
		t.Fatal(err)
	}
	e := EchoClass.Unchecked(by(t, client, fmt.Sprintf("corbaloc::127.0.0.1:1,:127.0.0.1:%d/object", p.Port)))
	for _, text := range []string{"plain", "日本"} {
		if got, err := e.Say(t.Context(), text); got != text || err != nil {
			t.Errorf("said %q: %q, %v", text, got, err)
		}
	}
	if want := fmt.Sprint([]uint16{1, p.Port, p.Port}); fmt.Sprint(d.ports) != want {
		t.Errorf("connected to the ports %d, want %s", d.ports, want)
	}
}

// A speaker says what ISO 8859-1 has not.
type speaker struct{ echo }

func (*speaker) Say(context.Context, string) (string, error) { return "日本", nil }

// TestUnicodeBackAtTheOriginal: a reference in Unicode that was made of one on its way elsewhere is in Unicode also where it goes back to.
func TestUnicodeBackAtTheOriginal(t *testing.T) {
	t.Parallel()
	at := func() (*orb.ORB, string) {
		o, root := newORB(t, nil)
		if _, err := root.ActivateKey("object", EchoClass.Servant(Echo(new(speaker)))); err != nil {
			t.Fatal(err)
		}
		return o, fmt.Sprintf("corbaloc::127.0.0.1:%d/object", o.Endpoints()[0].Port)
	}
	_, first := at()
	second, url := at()
	var to *ior.IOR
	sent := false
	client := newClient(t, func(c *orb.Config) {
		c.ClientInterceptors = []orb.ClientInterceptor{func(ctx context.Context, r *orb.ClientRequest, next func(context.Context) error) error {
			if sent {
				return next(ctx)
			}
			sent = true
			return &orb.ForwardRequest{To: r.Target().ORB().NewRef(to)}
		}}
	})
	to = by(t, client, url).IOR()
	ref := by(t, client, first)
	if err := EchoClass.Unchecked(ref).Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	e := EchoClass.Unchecked(ref.InUnicode())
	for _, where := range []string{"where it was sent", "at the original"} {
		if got, err := e.Say(t.Context(), ""); got != "日本" || err != nil {
			t.Errorf("%s: %q, %v", where, got, err)
		}
		if err := second.Shutdown(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// TestUnicodeSentToOneThatBreaks: a request that is made again in Unicode is sent to where a reference says in full what is spoken; that the peer there
// does not understand a message has nothing to do with the text then.
func TestUnicodeSentToOneThatBreaks(t *testing.T) {
	t.Parallel()
	broken, _ := peerThat(t, func(c net.Conn, h giop.Header, _ []byte) {
		if _, err := c.Write(giop.AppendMessageError(nil, h.Version, true)); err != nil {
			t.Error(err)
		}
	})
	_, whole, _ := newServer(t, 1, 1)
	p, err := orb.RefOf(broken.(orb.Object)).IOR().Profiles[0].IIOP()
	if err != nil {
		t.Fatal(err)
	}
	told, err := whole.IOR().Profiles[0].IIOP()
	if err != nil {
		t.Fatal(err)
	}
	p.Components = told.Components
	full := &ior.IOR{TypeID: echoID, Profiles: []ior.Profile{p.Profile()}}
	terse := &ior.IOR{Profiles: orb.RefOf(broken.(orb.Object)).IOR().Profiles}
	for _, c := range []struct {
		to    *ior.IOR
		kind  exc.Kind
		state exc.Completed
	}{
		{full, exc.CommFailure, exc.Maybe},
		{terse, exc.DataConversion, exc.No},
	} {
		e, _ := peerThat(t, func(conn net.Conn, h giop.Header, msg []byte) {
			eachRequest(t, conn, h, msg, func(h giop.Header, msg []byte, _ *giop.Request) {
				answer(t, conn, h, msg, giop.LocationForward, func(e *cdr.Encoder) { ior.Put(e, c.to) })
			})
		})
		_, err := e.Say(t.Context(), "日本")
		checkKind(t, fmt.Sprint("sent to ", c.to), err, c.kind, c.state)
	}
	inUnicode := EchoClass.Unchecked(orb.RefOf(broken.(orb.Object)).InUnicode())
	checkKind(t, "in Unicode from the start", inUnicode.Ping(t.Context()), exc.CommFailure, exc.Maybe)
}

func checkKind(t *testing.T, what string, err error, kind exc.Kind, completed exc.Completed) {
	t.Helper()
	var sys *exc.SystemException
	if !errors.As(err, &sys) || sys.Kind != kind || sys.Completed != completed {
		t.Errorf("%s: %v, want %v completed %v", what, err, kind, completed)
	}
}
