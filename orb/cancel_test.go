package orb_test

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/ior"
)

// TestCancelRequest holds that a CancelRequest goes out when a call is given up, but not to
// omniORB, which cannot bear it.
func TestCancelRequest(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		own, shared uint32 // the type of ORB in the profile, and in one of components alone; 0: not said
		want        giop.Type
	}{
		"to ours":                    {ior.ORBTypeDSOM, 0, giop.TypeCancelRequest},
		"to omniORB":                 {ior.ORBTypeOmniORB, 0, giop.TypeRequest},
		"to omniORB, by components":  {0, ior.ORBTypeOmniORB, giop.TypeRequest},
		"to ours, whatever they say": {ior.ORBTypeDSOM, ior.ORBTypeOmniORB, giop.TypeCancelRequest},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			got := make(chan giop.Type, 10)
			go func() { // tells the types of what comes, and answers nothing
				defer close(got)
				c, err := l.Accept()
				if err != nil {
					return
				}
				defer c.Close()
				for {
					b := make([]byte, giop.HeaderSize)
					if _, err := io.ReadFull(c, b); err != nil {
						return
					}
					if _, err := io.CopyN(io.Discard, c, int64(binary.LittleEndian.Uint32(b[8:]))); err != nil {
						return
					}
					got <- giop.Type(b[7])
				}
			}()
			at := l.Addr().(*net.TCPAddr)
			p := ior.IIOP{Version: cdr.V12, Host: "127.0.0.1", Port: uint16(at.Port), Key: []byte("x")}
			if c.own != 0 {
				p.Components = []ior.Component{ior.ORBTypeComponent(c.own)}
			}
			r := &ior.IOR{TypeID: echoID, Profiles: []ior.Profile{p.Profile()}}
			if c.shared != 0 {
				r.Profiles = append(r.Profiles, ior.MultiComponentProfile([]ior.Component{ior.ORBTypeComponent(c.shared)}))
			}
			e := EchoClass.Unchecked(newClient(t, nil).NewRef(r))
			for range 2 {
				ctx, cancel := context.WithCancel(t.Context())
				done := make(chan error, 1)
				go func() { done <- e.Ping(ctx) }()
				if first := <-got; first != giop.TypeRequest {
					t.Fatalf("got a %v, want a Request", first)
				}
				cancel()
				if err := <-done; !errors.Is(err, context.Canceled) {
					t.Fatal(err)
				}
				if c.want != giop.TypeCancelRequest {
					continue
				}
				select {
				case second := <-got:
					if second != c.want {
						t.Errorf("after the call was given up came a %v, want a %v", second, c.want)
					}
				case <-within(t, 20*time.Second).Done():
					t.Fatalf("after the call was given up nothing came, want a %v", c.want)
				}
			}
		})
	}
}
