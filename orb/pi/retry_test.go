package pi_test

import (
	"context"
	"io"
	"net"
	"testing"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb/pi"
)

// wantsProfiles serves one connection, on which targets are to be named by their profiles.
func wantsProfiles(l net.Listener) {
	c, err := l.Accept()
	if err != nil {
		return
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	for {
		msg := make([]byte, giop.HeaderSize)
		if _, err := io.ReadFull(c, msg); err != nil {
			return
		}
		h, err := giop.ParseHeader(msg)
		if err != nil {
			return
		}
		msg = append(msg, make([]byte, h.Size)...)
		if _, err := io.ReadFull(c, msg[giop.HeaderSize:]); err != nil {
			return
		}
		var d cdr.Decoder
		giop.Open(&d, h, msg, &cdr.Env{Version: h.Version})
		var r giop.Request
		if h.Type != giop.TypeRequest || r.Parse(h, &d) != nil {
			return
		}
		e := cdr.NewEncoder(nil, true, &cdr.Env{Version: h.Version})
		if r.Target.Kind == giop.ProfileAddr {
			giop.Finish(e, giop.BeginReply(e, h.Version, r.ID, giop.NoException, nil))
		} else {
			m := giop.BeginReply(e, h.Version, r.ID, giop.NeedsAddressingMode, nil)
			e.UShort(uint16(giop.ProfileAddr))
			giop.Finish(e, m)
		}
		if _, err := c.Write(e.Bytes()); err != nil {
			return
		}
	}
}

// TestTransportRetry: a request that is sent again because the server wants its target named otherwise has ended in
// receive_other, with the status TRANSPORT_RETRY, and another begins.
func TestTransportRetry(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		wantsProfiles(l)
	}()
	t.Cleanup(func() { // after the client's end
		l.Close()
		<-done
	})
	d := new(diary)
	o, _ := newORB(t, false, initializer{pre: func(i *pi.InitInfo) error {
		return i.AddClientRequestInterceptor(clientAt{f: func(_ context.Context, i *pi.ClientRequestInfo) error {
			if s, err := i.ReplyStatus(); err == nil {
				d.note("%v %v", i.Point(), s)
			} else {
				d.note("%v", i.Point())
			}
			return nil
		}})
	}})
	ref := o.NewRef(&ior.IOR{Profiles: []ior.Profile{ior.IIOP{Version: cdr.V12, Host: "127.0.0.1", Port: uint16(l.Addr().(*net.TCPAddr).Port), Key: []byte("x")}.Profile()}})
	if err := call(t.Context(), ref, "ok"); err != nil {
		t.Fatal(err)
	}
	if got, want := d.take(), "send_request; receive_other TRANSPORT_RETRY; send_request; receive_reply SUCCESSFUL"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
