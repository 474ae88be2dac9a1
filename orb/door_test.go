package orb_test

import (
	"errors"
	"io"
	"net"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/orb"
)

// A door tells what it is told.
type door struct {
	shut atomic.Bool
	left chan orb.Visit

	asked atomic.Int32
}

func (d *door) Admit(net.Addr) error {
	d.asked.Add(1)
	if d.shut.Load() {
		return errors.New("not today")
	}
	return nil
}

func (d *door) Left(v orb.Visit) { d.left <- v }

// TestDoor holds that a door is told of each connection what came first, or that GIOP came, and that whom it refuses is told in order.
func TestDoor(t *testing.T) {
	t.Parallel()
	d := &door{left: make(chan orb.Visit, 1)}
	o, err := orb.New(orb.Config{Listen: []string{"tcp:127.0.0.1:0"}, Door: d})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := o.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
	}()
	say := func(text string) (answer string) {
		t.Helper()
		c, err := net.Dial("tcp", o.Endpoints()[0].Address())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = c.Close() }()
		if _, err := io.WriteString(c, text); err != nil {
			t.Fatal(err)
		}
		_ = c.(*net.TCPConn).CloseWrite()
		_ = c.SetReadDeadline(time.Now().Add(20 * time.Second))
		b, _ := io.ReadAll(c)
		return string(b)
	}
	long := make([]byte, 1000)
	for i := range long {
		long[i] = 'x'
	}
	for _, c := range []struct {
		says, first string
		spoke       bool
	}{
		{"", "", false},
		{"GET", "GET", false},
		{string(long), string(long[:64]), false},
		{"GIOP\x01\x02\x01\x00\xff\xff\x00\x00" + string(long), "GIOP\x01\x02\x01\x00\xff\xff\x00\x00" + string(long[:52]), false}, // of a message of 64 KiB
		{"GIOP\x01\x00\x01\x05\x00\x00\x00\x00", "", true},                                                                         // CloseConnection
	} {
		say(c.says)
		v := <-d.left
		if string(v.First) != c.first || v.Spoke != c.spoke || v.Received != int64(len(c.says)) || v.Peer == nil || v.Since.IsZero() {
			t.Errorf("%.20q: got %q, %+v", c.says, v.First, v)
		}
	}
	d.shut.Store(true)
	if got, want := say(""), "GIOP\x01\x00\x01\x05\x00\x00\x00\x00"; got != want {
		t.Errorf("who is refused hears %q, want %q", got, want)
	}
	select {
	case v := <-d.left:
		t.Errorf("it was told of one that it has refused: %+v", v)
	default:
	}
}

// TestDoorIsAskedLast: a door is not asked about a connection for which there is no room, and whom it refuses takes none.
func TestDoorIsAskedLast(t *testing.T) {
	t.Parallel()
	d := &door{left: make(chan orb.Visit, 1)}
	d.shut.Store(true)
	l := new(limits.Limits)
	l.Set(limits.Connections, 1)
	o, err := orb.New(orb.Config{Listen: []string{"tcp:127.0.0.1:0"}, Door: d, Limits: l, Logger: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	dial := func() net.Conn {
		t.Helper()
		c, err := net.Dial("tcp", o.Endpoints()[0].Address())
		if err != nil {
			t.Fatal(err)
		}
		_ = c.SetReadDeadline(time.Now().Add(20 * time.Second))
		return c
	}
	refused := func() {
		t.Helper()
		c := dial()
		defer func() { _ = c.Close() }()
		if b, _ := io.ReadAll(c); string(b) != "GIOP\x01\x00\x01\x05\x00\x00\x00\x00" {
			t.Errorf("who is refused hears %q", b)
		}
	}
	for range 3 {
		refused()
	}
	d.shut.Store(false)
	within := dial()
	for o.Connections() < 1 {
		if t.Context().Err() != nil {
			t.Fatal("it was not let in")
		}
		runtime.Gosched()
	}
	refused()
	if n := d.asked.Load(); n != 4 {
		t.Errorf("the door was asked %d times, want 4", n)
	}
	_ = within.Close()
	<-d.left
	if err := o.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	select {
	case v := <-d.left:
		t.Errorf("it was told of another: %+v", v)
	default:
	}
}

// A knower is a door that knows clients by their addresses.
type knower struct {
	door
	mu      sync.Mutex
	knows   map[string]bool
	askedOf int
}

func (k *knower) Knows(peer, local net.Addr) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if local == nil {
		panic("a connection has two ends")
	}
	k.askedOf++
	return k.knows[peer.String()]
}

// TestKnower: who is known is let in where the limits have no room for others, as long as there is room for such; the door's refusal holds for him, too; and
// his place is another's when he has left. Who is known is not asked for while there is room.
func TestKnower(t *testing.T) {
	t.Parallel()
	k := &knower{door: door{left: make(chan orb.Visit, 10)}, knows: map[string]bool{}}
	l := new(limits.Limits)
	l.Set(limits.ConnectionsPerAddress, 2)
	l.Set(limits.ReservedConnections, 2)
	o, err := orb.New(orb.Config{Listen: []string{"tcp:127.0.0.1:0"}, Door: k, Limits: l, Logger: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	come := func(known, in bool) net.Conn {
		t.Helper()
		k.mu.Lock() // he is not asked for before it is told that he is known
		c, err := net.Dial("tcp", o.Endpoints()[0].Address())
		if err != nil {
			t.Fatal(err)
		}
		k.knows[c.LocalAddr().String()] = known
		k.mu.Unlock()
		t.Cleanup(func() { _ = c.Close() })
		if !in {
			_ = c.SetReadDeadline(time.Now().Add(20 * time.Second))
			if b, _ := io.ReadAll(c); string(b) != "GIOP\x01\x00\x01\x05\x00\x00\x00\x00" {
				t.Errorf("who is refused hears %q", b)
			}
			return c
		}
		locate := "GIOP\x01\x00\x01\x03\x08\x00\x00\x00\x07\x00\x00\x00\x00\x00\x00\x00" // of the object with no key
		if _, err := io.WriteString(c, locate); err != nil {
			t.Fatal(err)
		}
		_ = c.SetReadDeadline(time.Now().Add(20 * time.Second))
		if _, err := io.ReadFull(c, make([]byte, 12)); err != nil {
			t.Errorf("who is let in gets no answer: %v", err)
		}
		return c
	}
	come(false, true)
	come(true, true)
	if k.askedOf != 0 {
		t.Error("it was asked who comes while there was room")
	}
	come(false, false)
	first := come(true, true)
	k.shut.Store(true)
	come(true, false)
	k.shut.Store(false)
	come(true, true)
	come(true, false)
	_ = first.Close()
	<-k.left
	until(t, func() bool { return o.Connections() == 3 })
	come(false, false)
	come(true, true)
	if err := o.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
}
