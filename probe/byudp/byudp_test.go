package byudp_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/internal/leaktest"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/probe/byudp"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// peer answers datagrams by what say returns, each of it one, and returns a socket that is connected to it.
func peer(t *testing.T, say func(nth int, q []byte) [][]byte) net.Conn {
	t.Helper()
	l, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		b := make([]byte, 4096)
		for nth := 1; ; nth++ {
			n, from, err := l.ReadFromUDPAddrPort(b)
			if err != nil {
				return
			}
			for _, a := range say(nth, b[:n]) {
				_, _ = l.WriteToUDPAddrPort(a, from)
			}
		}
	}()
	t.Cleanup(func() { l.Close(); <-ended })
	c, err := net.Dial("udp", l.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// A datagrams is an end of a pipe that keeps datagrams apart: what does not go into the room for one is lost.
type datagrams struct{ net.Conn }

func (d datagrams) Read(p []byte) (int, error) {
	b := make([]byte, 4096)
	n, err := d.Conn.Read(b)
	return copy(p, b[:n]), err
}

// piped is peer in memory, for time that is virtual.
func piped(t *testing.T, say func(nth int, q []byte) [][]byte) net.Conn {
	ours, theirs := net.Pipe()
	go func() {
		defer theirs.Close()
		b := make([]byte, 4096)
		for nth := 1; ; nth++ {
			n, err := theirs.Read(b)
			if err != nil {
				return
			}
			for _, a := range say(nth, b[:n]) {
				if _, err := theirs.Write(a); err != nil {
					return
				}
			}
		}
	}()
	t.Cleanup(func() { ours.Close() })
	return datagrams{ours}
}

// reply answers a question.
func reply(q []byte, status giop.LocateStatus, forward *ior.IOR) []byte {
	h, err := giop.OpenDatagram(q)
	if err != nil {
		return nil
	}
	var d cdr.Decoder
	d.Reset(q, giop.HeaderSize, h.Little, &cdr.Env{Version: h.Version})
	var r giop.LocateRequest
	if r.Parse(h, &d) != nil || string(r.Key) != "key" {
		return nil
	}
	e := cdr.NewEncoder(nil, true, &cdr.Env{Version: h.Version})
	m := giop.BeginLocateReply(e, h.Version, r.ID, status)
	if forward != nil {
		ior.Put(e, forward)
	}
	giop.Finish(e, m)
	return e.Bytes()
}

func TestAsk(t *testing.T) {
	t.Parallel()
	there := &ior.IOR{TypeID: "IDL:X:1.0", Profiles: []ior.Profile{ior.IIOP{Version: cdr.V12, Host: "192.0.2.9", Port: 7, Key: []byte("key")}.Profile()}}
	other := func(q []byte) []byte { // the answer to a question that was not asked
		b := reply(q, giop.ObjectHere, nil)
		b[giop.HeaderSize] ^= 1
		return b
	}
	for name, c := range map[string]struct {
		say  func(nth int, q []byte) [][]byte
		want string // the status, or in the error
	}{
		"here":      {func(_ int, q []byte) [][]byte { return [][]byte{reply(q, giop.ObjectHere, nil)} }, "OBJECT_HERE"},
		"unknown":   {func(_ int, q []byte) [][]byte { return [][]byte{reply(q, giop.UnknownObject, nil)} }, "UNKNOWN_OBJECT"},
		"forwarded": {func(_ int, q []byte) [][]byte { return [][]byte{reply(q, giop.ObjectForward, there)} }, "OBJECT_FORWARD"},
		"lost twice": {func(nth int, q []byte) [][]byte {
			if nth < byudp.Tries {
				return nil
			}
			return [][]byte{reply(q, giop.ObjectHere, nil)}
		}, "OBJECT_HERE"},
		"behind what is none": {func(_ int, q []byte) [][]byte {
			return [][]byte{[]byte("hello"), {}, other(q), q, reply(q, giop.ObjectHere, nil)}
		}, "OBJECT_HERE"},
		"a forward to nowhere": {func(_ int, q []byte) [][]byte { return [][]byte{reply(q, giop.ObjectForward, nil)} }, "something else came back"},
		"a forward to nil":     {func(_ int, q []byte) [][]byte { return [][]byte{reply(q, giop.ObjectForward, new(ior.IOR))} }, "nil reference"},
		"another protocol":     {func(int, []byte) [][]byte { return [][]byte{[]byte("\x00\x01hello")} }, "7 octets are no message of GIOP"},
		"the question":         {func(_ int, q []byte) [][]byte { return [][]byte{q} }, "a LocateRequest is no LocateReply"},
		"of another":           {func(_ int, q []byte) [][]byte { return [][]byte{other(q)} }, "it answers another question"},
		"too long": {func(_ int, q []byte) [][]byte {
			return [][]byte{append(reply(q, giop.ObjectHere, nil), make([]byte, 2000)...)}
		}, "it has more than 1472 octets"},
		"a flood of something": {func(int, []byte) [][]byte {
			all := make([][]byte, 40)
			for i := range all {
				all[i] = []byte("x")
			}
			return all
		}, "1 octets are no message of GIOP"},
		"nothing": {func(int, []byte) [][]byte { return nil }, byudp.ErrSilent.Error()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				a, err := byudp.Ask(t.Context(), piped(t, c.say), []byte("key"))
				got := a.Status.String()
				if err != nil {
					got = err.Error()
				}
				if !strings.Contains(got, c.want) {
					t.Errorf("got %q, want %q", got, c.want)
				}
				if err == nil && (a.Asked*3 < 1232 || a.Asked > byudp.MostAsked || len(a.Octets) == 0) {
					t.Errorf("asked with %d octets, answered with %d", a.Asked, len(a.Octets))
				}
				if c.want == "OBJECT_FORWARD" && (a.Forward == nil || a.Forward.TypeID != "IDL:X:1.0") {
					t.Errorf("forwarded to %v", a.Forward)
				}
			})
		})
	}
}

// stalled is a socket whose first write is held up until a question's time would be over, as one of a process that does not get its processor.
type stalled struct {
	net.Conn
	once sync.Once
}

func (s *stalled) Write(p []byte) (int, error) {
	s.once.Do(func() { time.Sleep(byudp.Patience) })
	return s.Conn.Write(p)
}

// TestAskStalled: who is kept from asking in time asks all the same.
func TestAskStalled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := &stalled{Conn: piped(t, func(_ int, q []byte) [][]byte { return [][]byte{reply(q, giop.ObjectHere, nil)} })}
		if a, err := byudp.Ask(t.Context(), c, []byte("key")); err != nil || a.Status != giop.ObjectHere {
			t.Errorf("got %v, %v", a.Status, err)
		}
	})
}

// TestAskEnds: who asks is done when his ctx is, when nobody is there, and without sending where the key is too long.
func TestAskEnds(t *testing.T) {
	t.Parallel()
	gone := errors.New("enough")
	ctx, end := context.WithCancelCause(t.Context())
	c := peer(t, func(int, []byte) [][]byte { end(gone); return nil })
	if _, err := byudp.Ask(ctx, c, []byte("key")); !errors.Is(err, gone) {
		t.Errorf("a ctx that ended: %v", err)
	}
	asked := make(chan struct{}, byudp.Tries)
	c = peer(t, func(int, []byte) [][]byte { asked <- struct{}{}; return nil })
	if _, err := byudp.Ask(ctx, c, []byte("key")); !errors.Is(err, gone) || len(asked) != 0 {
		t.Errorf("a ctx that had ended: %v, asked %d times", err, len(asked))
	}
	if _, err := byudp.Ask(t.Context(), c, make([]byte, byudp.MostAsked)); !errors.Is(err, byudp.ErrLongKey) || len(asked) != 0 {
		t.Errorf("a key that is too long: %v, asked %d times", err, len(asked))
	}
	l, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	nobody, err := net.Dial("udp", l.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer nobody.Close()
	l.Close()
	if _, err := byudp.Ask(t.Context(), nobody, []byte("key")); !errors.Is(err, byudp.ErrRefused) && !errors.Is(err, byudp.ErrSilent) { // some systems do not tell
		t.Errorf("nobody: %v", err)
	}
	dead, err := net.Dial("udp", "127.0.0.1:9")
	if err != nil {
		t.Fatal(err)
	}
	dead.Close()
	if _, err := byudp.Ask(t.Context(), dead, []byte("key")); !errors.Is(err, net.ErrClosed) {
		t.Errorf("a socket that is closed: %v", err)
	}
}
