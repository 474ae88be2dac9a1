package somdd_test

import (
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/internal/dsomtalk"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/svc/somdd/wire"
)

// A replay plays the recorded programs' part against a daemon, and compares what it answers with what somdd did.
//
// What may differ: the port, and the keys of objects that end with their process, which are swapped in what is played, and are told by the
// order in which they come in what is compared; the order of replies to requests that were under way together; and what somdd had not
// implemented and this daemon has, somdListServer.
type replay struct {
	d        *daemon
	recorded dsomtalk.Reader
	played   dsomtalk.Reader
	swaps    []dsomtalk.Swap
}

// play plays one connection of the conversation. It reports each difference.
func (p *replay) play(t *testing.T, conn int) {
	t.Helper()
	c, err := p.d.dial()
	if err != nil {
		t.Error(err)
		return
	}
	defer func() { _ = c.Close() }()
	operations := map[uint32]string{}
	answers := map[uint32][]byte{} // by id, that somdd gave
	for _, m := range dsomtalk.Sent(t, conn, true) {
		answers[dsomtalk.ID(m.Octets)] = m.Octets
	}
	waiting := []uint32{}
	for _, m := range dsomtalk.Sent(t, conn, false) {
		id := dsomtalk.ID(m.Octets)
		op, _, err := p.recorded.Request(m.Octets)
		if err != nil {
			t.Error(err)
			return
		}
		operations[id] = op
		played := dsomtalk.Replace(m.Octets, p.swaps...)
		if _, _, err := p.played.Request(played); err != nil {
			t.Error(err)
			return
		}
		if _, err := c.Write(played); err != nil {
			t.Error(err)
			return
		}
		if answers[id] == nil {
			continue // oneway
		}
		waiting = append(waiting, id)
		for len(waiting) > 0 {
			got, err := read(c)
			if err != nil {
				t.Errorf("%s: no answer: %v", op, err)
				return
			}
			id := dsomtalk.ID(got)
			at := slices.Index(waiting, id)
			if at < 0 {
				t.Errorf("an answer to request %d, which waits for none", id)
				return
			}
			waiting = slices.Delete(waiting, at, at+1)
			p.compare(t, operations[id], answers[id], got)
		}
	}
}

// compare compares an answer, and learns the keys in it.
func (p *replay) compare(t *testing.T, op string, want, got []byte) {
	t.Helper()
	wantItems, err := p.recorded.Reply(want, op)
	if err != nil {
		t.Error(err)
		return
	}
	gotItems, err := p.played.Reply(got, op)
	if err != nil {
		t.Errorf("the answer to %s cannot be read: %v", op, err)
		return
	}
	wantText := strings.ReplaceAll(dsomtalk.Words(wantItems), fmt.Sprint(":", dsomtalk.DaemonPort), fmt.Sprint(":", p.d.port))
	gotText := dsomtalk.Words(gotItems)
	if op == "somdListServer" {
		if !strings.Contains(wantText, "::StExcep::NO_IMPLEMENT") {
			t.Errorf("somdd had not implemented %s; the recording says %s", op, wantText)
		}
		if !strings.Contains(gotText, "NO_EXCEPTION") {
			t.Errorf("%s: got %s", op, gotText)
		}
		return
	}
	if gotText != wantText {
		t.Errorf("%s:\ngot\n%swant\n%s", op, gotText, wantText)
	}
	if wire := dsomtalk.Replace(want, dsomtalk.Port(dsomtalk.DaemonPort, p.d.port)); len(wire) != len(got) {
		t.Errorf("%s: the answer has %d octets, somdd's %d", op, len(got), len(wire))
	}
	if op == "somdCreateObj" {
		if was, is := madeKey(want), madeKey(got); was != nil && is != nil {
			p.swaps = slices.DeleteFunc(p.swaps, func(s dsomtalk.Swap) bool { return string(s.Old) == string(was) }) // of one that was freed
			p.swaps = append(p.swaps, dsomtalk.Swap{Old: was, New: is})
		}
	}
}

// madeKey returns the key at the end of a reply that refers to an object that ends with its process, nil for others.
func madeKey(reply []byte) []byte {
	const size = 46
	if len(reply) < size {
		return nil
	}
	key := reply[len(reply)-size:]
	if k, ok := wire.ParseKey(key); ok && k.Transient {
		return key
	}
	return nil
}

// TestReplayAsClients plays regimpl, dsom and somdsvr against this daemon: register, list, start, come up, stop.
func TestReplayAsClients(t *testing.T) {
	t.Parallel()
	d := newDaemon(t, orb.Config{}, nil)
	server := newRecordedServer(t)
	p := &replay{d: d}
	p.swaps = []dsomtalk.Swap{dsomtalk.Port(dsomtalk.DaemonPort, d.port), dsomtalk.Port(dsomtalk.ServerPort, server.port)}
	for _, conn := range []int{dsomtalk.Register, dsomtalk.Register2, dsomtalk.List, dsomtalk.Status} {
		p.play(t, conn)
	}
	def, err := d.servers.ByAlias(t.Context(), dsomtalk.Alias)
	if err != nil || def.ID != dsomtalk.ServerID || !strings.HasSuffix(def.Program, "/bin/somdsvr-c") || def.Protocols != wire.TCPIP {
		t.Errorf("what was registered is %+v, %v", def, err)
	}
	// What happens while dsom waits for the server happens in between.
	d.servers.begin = func(wire.ID) {
		p.play(t, dsomtalk.Coming)
		p.play(t, dsomtalk.Up)
	}
	p.play(t, dsomtalk.Start)
	p.play(t, dsomtalk.Status2)
	server.interrupted = func() { p.play(t, dsomtalk.Down) }
	p.play(t, dsomtalk.Stop)
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
		got, err := read(c)
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
