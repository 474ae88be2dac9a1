package orb_test

import (
	"context"
	"os/user"
	"testing"

	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/pipe"
	"github.com/opendsom/dsom/transport/tcp"
)

// TestPipe: a reference names the pipe at which its server listens, clients of the machine prefer it, and the server is told whose program calls.
func TestPipe(t *testing.T) {
	callers := make(chan string, 1)
	so, root := newORB(t, func(o *orb.Config) {
		o.Transports = transport.Set{tcp.New(), pipe.New()}
		o.Listen = []string{"tcp:127.0.0.1:0", "pipe:@"}
		o.RequireIdentity = true
		o.ServerInterceptors = []orb.ServerInterceptor{func(ctx context.Context, _ *orb.IncomingRequest, next func(context.Context) error) error {
			callers <- orb.Caller(ctx).Name()
			return next(ctx)
		}}
	})
	ref, err := EchoClass.Activate(root, &echo{orb: so})
	if err != nil {
		t.Fatal(err)
	}
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	p, err := ref.IOR().Profiles[0].IIOP()
	if err != nil {
		t.Fatal(err)
	}
	id := pipe.New().(interface{ Machine() [16]byte }).Machine()
	sockets := p.Sockets(id, "")
	if len(sockets) != 1 {
		t.Fatalf("the reference names %q", sockets)
	}
	url, err := ior.ParseURL("corbaloc:" + sockets[0] + "/" + escaped(p.Key))
	if err != nil {
		t.Fatal(err)
	}
	for name, r := range map[string]*ior.IOR{"its reference": ref.IOR(), "a URL": url.Reference()} {
		client := newClient(t, func(o *orb.Config) { o.Transports = transport.Set{tcp.New(), pipe.New()} })
		if err := EchoClass.Unchecked(client.NewRef(r)).Ping(t.Context()); err != nil {
			t.Errorf("by %s: %v", name, err)
			continue
		}
		if got := <-callers; got != "sid:"+me.Uid {
			t.Errorf("by %s the caller is %q, want %q", name, got, "sid:"+me.Uid)
		}
	}
}
