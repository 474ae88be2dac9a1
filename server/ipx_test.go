package server_test

import (
	"bytes"
	"context"
	"log/slog"
	"runtime"
	"testing"
	"time"

	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/server"
	"github.com/opendsom/dsom/transport/ipx/tunnel"
	"github.com/opendsom/dsom/transport/spx"
)

// TestIPXEnds: a server's part in a network of IPX ends with it.
func TestIPXEnds(t *testing.T) {
	s, err := tunnel.Listen(t.Context(), "127.0.0.1:0", 0x3053)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	t.Setenv(spx.EnvCarrier, "tunnel:"+s.At().String())
	t.Setenv(spx.EnvNet, "3053")
	member := func() bool {
		stack := make([]byte, 1<<20)
		return bytes.Contains(stack[:runtime.Stack(stack, true)], []byte("tunnel.(*Client)"))
	}
	ctx, stop := context.WithCancel(t.Context())
	opt := server.Options{Listen: []string{"tcp:127.0.0.1:0"}, NoDaemon: true, NoSignals: true, Logger: slog.New(slog.DiscardHandler)}
	err = server.Run(ctx, opt, func(ctx context.Context, x *server.Server) error {
		u, err := ior.ParseURL("corbaloc:spx:00003053.020000000009/x")
		if err != nil {
			return err
		}
		for end := time.Now().Add(time.Minute); ; { // to take part takes a while, and a call is made for its sake
			short, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
			_, err := x.ORB.NewRef(u.Reference()).NonExistent(short)
			cancel()
			if err == nil {
				t.Error("nobody is there, and answers")
			}
			if member() {
				break
			}
			if time.Now().After(end) {
				t.Error("the server takes no part in the network")
				break
			}
		}
		stop()
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(time.Minute); member(); runtime.Gosched() {
		if time.Now().After(end) {
			t.Fatal("it takes part after its end")
		}
	}
}
