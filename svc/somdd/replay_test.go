package somdd_test

import (
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/opendsom/dsom/internal/dsomtalk"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/svc/somdd/wire"
)

// TestReplayAsClients plays regimpl, dsom and somdsvr against this daemon: register, list, start, come up, stop.
func TestReplayAsClients(t *testing.T) {
	t.Parallel()
	d := newDaemon(t, orb.Config{}, nil)
	server := newRecordedServer(t)
	p := &dsomtalk.Player{Port: d.port, Swaps: []dsomtalk.Swap{dsomtalk.Port(dsomtalk.ServerPort, server.port)}}
	for _, conn := range []int{dsomtalk.Register, dsomtalk.Register2, dsomtalk.List, dsomtalk.Status} {
		p.Play(t, conn)
	}
	def, err := d.servers.ByAlias(t.Context(), dsomtalk.Alias)
	if err != nil || def.ID != dsomtalk.ServerID || !strings.HasSuffix(def.Program, "/bin/somdsvr-c") || def.Protocols != wire.TCPIP {
		t.Errorf("what was registered is %+v, %v", def, err)
	}
	// What happens while dsom waits for the server happens in between.
	d.servers.begin = func(wire.ID) {
		p.Play(t, dsomtalk.Coming)
		p.Play(t, dsomtalk.Up)
	}
	p.Play(t, dsomtalk.Start)
	p.Play(t, dsomtalk.Status2)
	server.interrupted = func() { p.Play(t, dsomtalk.Down) }
	p.Play(t, dsomtalk.Stop)
	if server.calls != 2 {
		t.Errorf("the daemon has made %d calls of the recorded server, want 2", server.calls)
	}
}

// A recordedServer is the recorded somdsvr when it is up: what it was asked by somdd it must be asked by this daemon.
type recordedServer struct {
	port        uint16
	interrupted func()
	calls       int
}

func newRecordedServer(t *testing.T) *recordedServer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &recordedServer{port: uint16(l.Addr().(*net.TCPAddr).Port), interrupted: func() {}}
	done := make(chan struct{})
	t.Cleanup(func() { _ = l.Close(); <-done })
	go func() {
		defer close(done)
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer func() { _ = c.Close() }()
		s.serve(t, c)
	}()
	return s
}

// serve compares the requests that come with those that somdd made, and answers what the server did.
func (s *recordedServer) serve(t *testing.T, c net.Conn) {
	requests, replies := dsomtalk.Sent(t, dsomtalk.ToServer, false), dsomtalk.Sent(t, dsomtalk.ToServer, true)
	var recorded, played dsomtalk.Reader
	for i := range requests {
		got, err := dsomtalk.Read(c)
		if err != nil {
			t.Errorf("the daemon's call %d of the server: %v", i, err)
			return
		}
		s.calls++
		_, want, err := recorded.Request(requests[i].Octets)
		if err != nil {
			t.Error(err)
		}
		op, items, err := played.Request(got)
		if err != nil {
			t.Error(err)
		}
		if g, w := dsomtalk.Words(items), dsomtalk.Words(want); g != w {
			t.Errorf("the daemon asks the server\n%swant\n%s", g, w)
		}
		if g, w := dsomtalk.WithID(got, 0), dsomtalk.WithID(requests[i].Octets, 0); string(g) != string(w) {
			t.Errorf("the daemon's call differs, beyond its number:\n% x\n% x", g, w)
		}
		if op == "interrupt_server" {
			s.interrupted()
		}
		reply := dsomtalk.Replace(replies[i].Octets, dsomtalk.Port(dsomtalk.ServerPort, s.port))
		if _, err := c.Write(dsomtalk.WithID(reply, dsomtalk.ID(got))); err != nil {
			t.Error(err)
		}
	}
}

// TestOrders holds that daemon and clients understand each other in whichever byte orders they have.
func TestOrders(t *testing.T) {
	t.Parallel()
	for _, order := range []struct{ daemon, client bool }{{false, true}, {true, false}, {true, true}} {
		t.Run(fmt.Sprintf("daemon %v, client %v", order.daemon, order.client), func(t *testing.T) {
			t.Parallel()
			d := newDaemon(t, orb.Config{BigEndian: order.daemon}, nil)
			life(t, d, d.client(t, orb.Config{BigEndian: order.client}))
		})
	}
}
