package orb_test

import (
	"io"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/internal/freeport"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/orb"
)

// takes listens, and does with each connection what it is told.
func takes(t *testing.T, do func(net.Conn)) (port uint16, connections *atomic.Int32) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	connections = new(atomic.Int32)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			connections.Add(1)
			c.SetDeadline(time.Now().Add(20 * time.Second))
			do(c)
			c.Close()
		}
	}()
	t.Cleanup(func() {
		l.Close()
		<-done
	})
	return uint16(l.Addr().(*net.TCPAddr).Port), connections
}

// TestFailover: an address that takes connections, and at which no server of GIOP answers, is not what calls go on
// with. A call that may have been carried out there is not made again; one that has not is, and nobody notices.
func TestFailover(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		do     func(net.Conn)
		maybe  bool // the first call may fail, not knowing whether it has been carried out
		silent bool // it ends by its deadline
	}{
		{"hangs up", func(net.Conn) {}, true, false},
		{"hangs up with a reset", func(c net.Conn) { c.(*net.TCPConn).SetLinger(0) }, true, false},
		{"hangs up on the request", func(c net.Conn) { _, _, _ = takeMessage(c) }, true, false},
		{"speaks HTTP", func(c net.Conn) {
			_, _ = c.Read(make([]byte, 1000))
			_, _ = io.WriteString(c, "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
		}, true, false},
		{"speaks first", func(c net.Conn) { _, _ = io.WriteString(c, "SSH-2.0-OpenSSH_9.2\r\n") }, true, false},
		{"says nothing", func(c net.Conn) { _, _ = io.Copy(io.Discard, c) }, true, true},
		{"turns away in order", turnsAway, false, false},
	} {
		for _, how := range []string{"one profile", "two profiles", "two profiles with keys of their own"} {
			t.Run(c.name+", "+how, func(t *testing.T) {
				t.Parallel()
				port, connections := takes(t, c.do)
				o, root := newORB(t, nil)
				impl := &echo{orb: o}
				ref, err := EchoClass.Activate(root, impl)
				if err != nil {
					t.Fatal(err)
				}
				key, good := []byte(ref.ObjectKey()), o.Endpoints()[0].Port
				first := ior.IIOP{Version: cdr.V12, Host: "127.0.0.1", Port: port, Key: key}
				r := &ior.IOR{TypeID: echoID}
				if how != "one profile" {
					if how != "two profiles" {
						first.Key = []byte("of another server")
					}
					r.Profiles = []ior.Profile{first.Profile(), ior.IIOP{Version: cdr.V12, Host: "127.0.0.1", Port: good, Key: key}.Profile()}
				} else {
					first.Components = []ior.Component{ior.AlternateAddressComponent("127.0.0.1", good)}
					r.Profiles = []ior.Profile{first.Profile()}
				}
				e := EchoClass.Unchecked(newClient(t, nil).NewRef(r))
				ctx := t.Context()
				if c.silent {
					ctx = within(t, 2*time.Second)
				}
				err = e.Ping(ctx)
				if sys := exc.From(err, exc.Maybe); err != nil && (!c.maybe || sys.Completed != exc.Maybe) {
					t.Errorf("the first call: %v", err)
				}
				tried := connections.Load()
				for range 3 {
					if err := e.Ping(t.Context()); err != nil {
						t.Errorf("a later call: %v", err)
					}
				}
				if n := connections.Load(); n != tried {
					t.Errorf("%d connections to the address that is no good, %d of them after the first call", n, n-tried)
				}
			})
		}
	}
}

// TestFailoverEnds: where no address is any good, each is tried once and the call ends.
func TestFailoverEnds(t *testing.T) {
	t.Parallel()
	r := &ior.IOR{TypeID: echoID}
	var counts []*atomic.Int32
	for range 3 {
		port, connections := takes(t, turnsAway)
		counts = append(counts, connections)
		r.Profiles = append(r.Profiles, ior.IIOP{Version: cdr.V12, Host: "127.0.0.1", Port: port, Key: []byte("x")}.Profile())
	}
	err := EchoClass.Unchecked(newClient(t, nil).NewRef(r)).Ping(t.Context())
	if sys := exc.From(err, exc.Maybe); sys.Kind != exc.Transient || sys.Completed != exc.No {
		t.Errorf("got %v", err)
	}
	for i, n := range counts {
		if n.Load() != 4 { // once, and as often as one that turns away in order is tried again
			t.Errorf("address %d was connected to %d times", i, n.Load())
		}
	}
}

// TestFailoverIsBounded: no more addresses of a reference are tried than the limit of profiles says.
func TestFailoverIsBounded(t *testing.T) {
	t.Parallel()
	o, root := newORB(t, nil)
	ref, err := EchoClass.Activate(root, &echo{orb: o})
	if err != nil {
		t.Fatal(err)
	}
	nobody := uint16(freeport.Hold(t))
	b := ior.IIOP{Version: cdr.V12, Host: "127.0.0.1", Port: nobody, Key: []byte(ref.ObjectKey()), Components: []ior.Component{
		ior.AlternateAddressComponent("127.0.0.1", nobody), ior.AlternateAddressComponent("127.0.0.1", o.Endpoints()[0].Port),
	}}
	for most, good := range map[int64]bool{2: false, 3: true} {
		client := newClient(t, func(c *orb.Config) {
			c.Limits = new(limits.Limits)
			c.Limits.Set(limits.Profiles, most)
		})
		err := EchoClass.Unchecked(client.NewRef(&ior.IOR{TypeID: echoID, Profiles: []ior.Profile{b.Profile()}})).Ping(t.Context())
		if sys := exc.From(err, exc.Maybe); good && err != nil || !good && (sys == nil || sys.Kind != exc.Transient || sys.Completed != exc.No) {
			t.Errorf("at most %d addresses: %v", most, err)
		}
	}
}

// turnsAway ends a connection in order when a request has come.
func turnsAway(c net.Conn) {
	_, _, _ = takeMessage(c)
	_, _ = c.Write(giop.AppendCloseConnection(nil, cdr.V12, true))
}

// forwardsOnce turns all away but the fourth, who has by then been turned away as often as he tries an address again: he is sent on.
func forwardsOnce(to *ior.IOR) func(net.Conn) {
	met := 0
	return func(c net.Conn) {
		if met++; met != 4 {
			turnsAway(c)
			return
		}
		h, msg, err := takeMessage(c)
		if err != nil {
			return
		}
		id, err := giop.RequestID(h, msg)
		if err != nil {
			return
		}
		e := cdr.NewEncoder(nil, true, nil)
		m := giop.BeginReply(e, cdr.V12, id, giop.LocationForward, nil)
		ior.Put(e, to)
		giop.Finish(e, m)
		_, _ = c.Write(e.Bytes())
		_, _ = c.Write(giop.AppendCloseConnection(nil, cdr.V12, true))
	}
}

// TestFailoverAndForward: who is sent elsewhere has all addresses there before him, and who comes back from there all of the original reference,
// however many he has left before.
func TestFailoverAndForward(t *testing.T) {
	t.Parallel()
	o, root := newORB(t, nil)
	ref, err := EchoClass.Activate(root, &echo{orb: o})
	if err != nil {
		t.Fatal(err)
	}
	reference := func(ports ...uint16) *ior.IOR {
		r := &ior.IOR{TypeID: echoID}
		for _, port := range ports {
			r.Profiles = append(r.Profiles, ior.IIOP{Version: cdr.V12, Host: "127.0.0.1", Port: port, Key: []byte(ref.ObjectKey())}.Profile())
		}
		return r
	}
	good := o.Endpoints()[0].Port
	x, first := takes(t, turnsAway)
	y, second := takes(t, turnsAway)
	back, _ := takes(t, forwardsOnce(reference(x, y)))
	on, _ := takes(t, forwardsOnce(reference(y, good)))
	for name, r := range map[string]*ior.IOR{"back": reference(back, good), "on": reference(x, on)} {
		if err := EchoClass.Unchecked(newClient(t, nil).NewRef(r)).Ping(t.Context()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if first.Load() < 2 || second.Load() < 2 {
		t.Errorf("the addresses that turn all away were connected to %d and %d times", first.Load(), second.Load())
	}
}

// TestSlowServerKeepsItsCalls: a server that has answered once is not left for a reply that is late.
func TestSlowServerKeepsItsCalls(t *testing.T) {
	t.Parallel()
	o, root := newORB(t, nil)
	impl := &echo{orb: o, entered: make(chan struct{}, 1), release: make(chan struct{})}
	ref, err := EchoClass.Activate(root, impl)
	if err != nil {
		t.Fatal(err)
	}
	port, connections := takes(t, func(c net.Conn) { _, _, _ = takeMessage(c) })
	first, _ := ref.IOR().Profiles[0].IIOP()
	first.Components = []ior.Component{ior.AlternateAddressComponent("127.0.0.1", port)}
	e := EchoClass.Unchecked(newClient(t, nil).NewRef(&ior.IOR{TypeID: echoID, Profiles: []ior.Profile{first.Profile()}}))
	if err := e.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Say(within(t, 50*time.Millisecond), "stuck"); exc.From(err, exc.No).Kind != exc.Timeout {
		t.Errorf("got %v", err)
	}
	close(impl.release)
	if err := e.Ping(t.Context()); err != nil || connections.Load() != 0 {
		t.Errorf("got %v, and %d connections elsewhere", err, connections.Load())
	}
}
