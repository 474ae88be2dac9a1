package orb_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"sync/atomic"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
)

// A call through a corbaloc URL that is made again in Unicode goes by another form of the same way: whatever is learnt of
// the one holds for the other.

// atKey has an object at a key of a new server, and returns a corbaloc URL of it.
func atKey(t *testing.T, key string) string {
	t.Helper()
	o, root := newORB(t, nil)
	if _, err := root.ActivateKey(key, EchoClass.Servant(&echo{orb: o})); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("corbaloc::127.0.0.1:%d/%s", o.Endpoints()[0].Port, key)
}

// by has a call of a corbaloc URL at an address and a key.
func by(t *testing.T, o *orb.ORB, url string) *orb.Ref {
	t.Helper()
	ref, err := o.Resolve(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	return ref
}

// through has connections led on to a server, as long as there is a number of them left; what comes then is done with as late
// says, or refused if that is nil.
func through(t *testing.T, to uint16, connections int, late func(net.Conn)) (port uint16) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for n := 0; ; n++ {
			if n == connections && late == nil {
				l.Close()
				return
			}
			c, err := l.Accept()
			if err != nil {
				return
			}
			if n >= connections {
				late(c)
				c.Close()
				continue
			}
			s, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", to))
			if err != nil {
				c.Close()
				return
			}
			go func() {
				_, _ = io.Copy(s, c)
				s.Close()
			}()
			go func() {
				_, _ = io.Copy(c, s)
				c.Close()
			}()
		}
	}()
	return uint16(l.Addr().(*net.TCPAddr).Port)
}

// TestUnicodeForwardedByInterceptor: a client's interceptor sends a request elsewhere that is made again in Unicode, before it
// goes out or instead of its reply, and the call goes there.
func TestUnicodeForwardedByInterceptor(t *testing.T) {
	t.Parallel()
	for _, after := range []bool{false, true} {
		for _, forGood := range []bool{false, true} {
			for _, terse := range []bool{false, true} {
				var to, from *ior.IOR
				var sent atomic.Int32
				client := newClient(t, func(c *orb.Config) {
					c.ClientInterceptors = []orb.ClientInterceptor{func(ctx context.Context, r *orb.ClientRequest, next func(context.Context) error) error {
						if !bytes.Equal(firstKey(t, r.EffectiveTarget()), firstKey(t, from)) {
							return next(ctx)
						}
						if after {
							_ = next(ctx)
						}
						sent.Add(1)
						return &orb.ForwardRequest{To: r.Target().ORB().NewRef(to), ForGood: forGood}
					}, func(ctx context.Context, r *orb.ClientRequest, next func(context.Context) error) error {
						err := next(ctx)
						if err == nil && bytes.Equal(firstKey(t, r.EffectiveTarget()), firstKey(t, from)) {
							return exc.New(exc.NoResources, 0, exc.No, "not here") // a result would not be sent on
						}
						return err
					}}
				})
				first, second := by(t, client, atKey(t, "first")), by(t, client, atKey(t, "second"))
				from, to = first.IOR(), second.IOR()
				if !terse {
					_, whole, _ := newServer(t, 1, 1)
					profile, err := second.IOR().Profiles[0].IIOP()
					if err != nil {
						t.Fatal(err)
					}
					told, err := whole.IOR().Profiles[0].IIOP()
					if err != nil {
						t.Fatal(err)
					}
					profile.Version, profile.Components = cdr.V12, told.Components
					to = &ior.IOR{TypeID: echoID, Profiles: []ior.Profile{profile.Profile()}}
				}
				e := EchoClass.Unchecked(first)
				for _, text := range []string{"日本", "plain", "日本"} {
					if got, err := e.Say(t.Context(), text); got != text || err != nil {
						t.Errorf("after=%v, for good=%v, to a corbaloc=%v: said %q: %q, %v", after, forGood, terse, text, got, err)
					}
				}
				if n := sent.Load(); n != 1 {
					t.Errorf("after=%v, for good=%v, to a corbaloc=%v: it was sent on %d times, want once", after, forGood, terse, n)
				}
			}
		}
	}
}

func firstKey(t *testing.T, i *ior.IOR) []byte {
	t.Helper()
	p, err := i.Profiles[0].IIOP()
	if err != nil {
		t.Error(err)
	}
	return p.Key
}

// TestUnicodeFallsBack: where a reference has been forwarded to does not take the connection for Unicode: the call goes back to the
// original reference, and those after it do.
func TestUnicodeFallsBack(t *testing.T) {
	t.Parallel()
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
	ref := by(t, client, atKey(t, "object"))
	there := by(t, client, atKey(t, "object"))
	p, err := there.IOR().Profiles[0].IIOP()
	if err != nil {
		t.Fatal(err)
	}
	p.Port = through(t, p.Port, 1, nil)
	to = &ior.IOR{Profiles: []ior.Profile{p.Profile()}}
	e := EchoClass.Unchecked(ref)
	for _, text := range []string{"plain", "日本", "日本", "plain"} {
		if got, err := e.Say(t.Context(), text); got != text || err != nil {
			t.Errorf("said %q: %q, %v", text, got, err)
		}
	}
}

// TestUnicodeFailover: an address that hangs up on the connection for Unicode is left for the next, as it is by other calls.
func TestUnicodeFailover(t *testing.T) {
	t.Parallel()
	client := newClient(t, nil)
	good := by(t, client, atKey(t, "object"))
	p, err := good.IOR().Profiles[0].IIOP()
	if err != nil {
		t.Fatal(err)
	}
	bad := through(t, p.Port, 1, func(c net.Conn) { _, _, _ = takeMessage(c) })
	e := EchoClass.Unchecked(by(t, client, fmt.Sprintf("corbaloc::127.0.0.1:%d,:127.0.0.1:%d/object", bad, p.Port)))
	for i, text := range []string{"plain", "日本", "日本", "plain", "日本"} {
		if got, err := e.Say(t.Context(), text); i != 1 && (got != text || err != nil) {
			t.Errorf("call %d, said %q: %q, %v", i, text, got, err)
		} else if i == 1 && err == nil {
			t.Errorf("call %d went well, to an address that hangs up", i)
		}
	}
}
