package orb_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"testing"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
)

// replier is a server that answers each request by a reply of a status, with a body. It returns the URL of an object there.
func replier(t *testing.T, status uint32, body []byte) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
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
			go func() {
				defer c.Close()
				var head [12]byte
				for {
					if _, err := io.ReadFull(c, head[:]); err != nil {
						return
					}
					b := make([]byte, binary.LittleEndian.Uint32(head[8:]))
					if _, err := io.ReadFull(c, b); err != nil || len(b) < 4 {
						return
					}
					r := append([]byte{}, b[:4]...) // the request's id
					r = binary.LittleEndian.AppendUint32(r, status)
					r = binary.LittleEndian.AppendUint32(r, 0) // no service contexts
					r = append(r, body...)
					_, _ = c.Write(append(binary.LittleEndian.AppendUint32([]byte("GIOP\x01\x02\x01\x01"), uint32(len(r))), r...))
				}
			}()
		}
	}()
	return fmt.Sprintf("corbaloc:iiop:1.2@%s/x", l.Addr())
}

// TestMalformedReplies: a reply that cannot be read is to the caller what it is without interceptors, whatever these do beside; and they are told just that.
func TestMalformedReplies(t *testing.T) {
	t.Parallel()
	co := newClient(t, nil)
	nowhere, err := co.Resolve(t.Context(), "corbaloc:iiop:127.0.0.1:1/x")
	if err != nil {
		t.Fatal(err)
	}
	down := EchoClass.Unchecked(nowhere).Ping
	for _, c := range []struct {
		name      string
		status    uint32
		bodies    [][]byte
		kind      exc.Kind
		completed exc.Completed
	}{
		{"user exception", 1, [][]byte{nil, {1, 0}, {255, 255, 255, 127, 65}}, exc.Marshal, exc.Yes},
		{"system exception", 2, [][]byte{nil, {1, 0}, {255, 255, 255, 127, 65}, {4, 0, 0, 0, 'I', 'D', 'L', 0}}, exc.Marshal, exc.Maybe},
		{"forward", 3, [][]byte{nil, {1, 0}, {255, 255, 255, 127, 65}, {4, 0, 0, 0, 'I', 'D', 'L', 0, 1, 0, 0, 0, 7, 0, 0, 0}}, exc.Marshal, exc.No},
		{"forward to nobody", 3, [][]byte{{1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}}, exc.InvObjref, exc.No},
		{"forward for good", 4, [][]byte{nil, {1, 0}}, exc.Marshal, exc.No},
	} {
		for n, body := range c.bodies {
			url := replier(t, c.status, body)
			for _, does := range []string{"nothing", "passes", "calls", "calls at the end"} {
				var told error
				o := newClient(t, func(cfg *orb.Config) {
					if does == "nothing" {
						return
					}
					cfg.ClientInterceptors = []orb.ClientInterceptor{func(ctx context.Context, r *orb.ClientRequest, next func(context.Context) error) error {
						if does == "calls at the end" {
							r.AtEnd(func(error) error { return down(ctx) })
						}
						told = next(ctx)
						if does == "calls" {
							return down(ctx)
						}
						return told
					}}
				})
				ref, err := o.Resolve(t.Context(), url)
				if err != nil {
					t.Fatal(err)
				}
				_, err = EchoClass.Unchecked(ref).Say(t.Context(), "x")
				kind := c.kind
				if does == "calls" || does == "calls at the end" {
					kind = exc.Transient
				}
				var sys *exc.SystemException
				if !errors.As(err, &sys) || sys.Kind != kind || sys.Completed != c.completed {
					t.Errorf("%s, body %d, an interceptor that %s: the caller got %v, want %v completed %v", c.name, n, does, err, kind, c.completed)
				}
				if does == "nothing" {
					continue
				}
				if sys, is := told.(*exc.SystemException); !is || sys.Kind != c.kind || sys.Completed != c.completed {
					t.Errorf("%s, body %d, an interceptor that %s: it was told %v, want %v completed %v", c.name, n, does, told, c.kind, c.completed)
				}
			}
		}
	}
}
