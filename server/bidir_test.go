package server_test

import (
	"context"
	"io"
	"log/slog"
	"net"
	"testing"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/server"
)

// TestBiDirIsAsked holds that a server looks at what clients offer where its options say so, and not else: a
// malformed offer is answered with MARSHAL, or goes by unread.
func TestBiDirIsAsked(t *testing.T) {
	t.Parallel()
	for _, accept := range []bool{false, true} {
		opt := server.Options{Listen: []string{"tcp:127.0.0.1:0"}, NoDaemon: true, BiDir: orb.BiDir{Accept: accept}, Logger: slog.New(slog.DiscardHandler)}
		ctx, cancel := context.WithCancel(t.Context())
		at := make(chan string, 1)
		ended := make(chan error, 1)
		go func() {
			ended <- server.Run(ctx, opt, func(_ context.Context, s *server.Server) error {
				at <- s.ORB.Endpoints()[0].Address()
				return nil
			})
		}()
		c, err := net.Dial("tcp", <-at)
		if err != nil {
			t.Fatal(err)
		}
		c.SetDeadline(time.Now().Add(10 * time.Second))
		e := cdr.NewEncoder(nil, true, nil)
		giop.Finish(e, giop.BeginRequest(e, cdr.V12, &giop.RequestHead{
			ID: 2, Flags: giop.SyncTarget, Key: []byte("nothing"), Operation: "ping", Contexts: []giop.Context{{ID: giop.ContextBiDirIIOP}},
		}))
		msg := make([]byte, giop.HeaderSize)
		if _, err = c.Write(e.Bytes()); err == nil {
			_, err = io.ReadFull(c, msg)
		}
		h, err2 := giop.ParseHeader(msg)
		msg = append(msg, make([]byte, h.Size)...)
		if _, err3 := io.ReadFull(c, msg[giop.HeaderSize:]); err != nil || err2 != nil || err3 != nil {
			t.Fatal(err, err2, err3)
		}
		var d cdr.Decoder
		giop.Open(&d, h, msg, nil)
		var r giop.Reply
		if err := r.Parse(h, &d); err != nil {
			t.Fatal(err)
		}
		sys, err := giop.GetSystemException(&d)
		if want := map[bool]string{false: "OBJECT_NOT_EXIST", true: "MARSHAL"}[accept]; err != nil || sys.Kind.Name() != want {
			t.Errorf("accept %v: got %v, %v; want %s", accept, sys, err, want)
		}
		c.Close()
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}
