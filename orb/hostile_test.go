package orb_test

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/orb"
)

// hostileServer returns the address of an ORB with short time limits, and a way to see that it lives.
func hostileServer(t *testing.T, change func(*limits.Limits)) (addr string, o *orb.ORB, alive func()) {
	t.Helper()
	lim := new(limits.Limits)
	lim.SetTime(limits.StallTimeout, 200*time.Millisecond)
	lim.SetTime(limits.IdleTimeout, 500*time.Millisecond)
	if change != nil {
		change(lim)
	}
	o, root := newORB(t, func(c *orb.Config) { c.Limits = lim })
	if _, err := root.ActivateKey("Echo", EchoClass.Servant(new(echo))); err != nil {
		t.Fatal(err)
	}
	addr = o.Endpoints()[0].Address()
	e, err := EchoClass.Bind(t.Context(), newClient(t, nil), "corbaloc:iiop:1.2@"+addr+"/Echo")
	if err != nil {
		t.Fatal(err)
	}
	return addr, o, func() {
		t.Helper()
		if s, err := e.Say(t.Context(), "alive"); s != "alive" || err != nil {
			t.Fatalf("the server does not answer any more: %q, %v", s, err)
		}
	}
}

// attack sends octets on a connection of its own, without closing it, and returns all that
// comes back until the server closes.
func attack(t *testing.T, addr string, octets []byte) []byte {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(20 * time.Second))
	if _, err := c.Write(octets); err != nil {
		return nil // refused already
	}
	b, err := io.ReadAll(io.LimitReader(c, 1<<20))
	if ne := net.Error(nil); errors.As(err, &ne) && ne.Timeout() {
		t.Errorf("the server holds the connection of a hostile client: %x…", octets[:min(len(octets), 32)])
	}
	return b
}

// attackAll attacks with all of them at once.
func attackAll(t *testing.T, addr string, all [][]byte) {
	t.Helper()
	var wg sync.WaitGroup
	room := make(chan struct{}, 200)
	for _, b := range all {
		room <- struct{}{}
		wg.Go(func() {
			attack(t, addr, b)
			<-room
		})
	}
	wg.Wait()
}

// request returns a whole Request of version v for Echo.say.
func request(v cdr.Version, little bool) []byte {
	e := cdr.NewEncoder(nil, little, nil)
	m := giop.BeginRequest(e, v, &giop.RequestHead{ID: 7, Flags: giop.SyncTarget, Key: []byte("Echo"), Operation: "say",
		Contexts: []giop.Context{{ID: giop.ContextCodeSets, Data: []byte{1, 0, 0, 0, 1, 0, 1, 5, 9, 1, 1, 0}}}})
	e.RawString("hello")
	giop.Finish(e, m)
	return e.Bytes()
}

func TestRandomOctets(t *testing.T) {
	t.Parallel()
	addr, _, alive := hostileServer(t, nil)
	r := rand.New(rand.NewPCG(1, 2))
	var all [][]byte
	for i := range 600 {
		b := make([]byte, r.IntN(300)+1)
		for j := range b {
			b[j] = byte(r.Uint32())
		}
		if i%3 > 0 { // so that more than the header is looked at
			copy(b, "GIOP\x01\x02\x01\x00")
		}
		if i%3 == 2 && len(b) > 12 {
			giop.PatchSize(b)
		}
		all = append(all, b)
	}
	attackAll(t, addr, all)
	alive()
}

// TestDamagedRequests changes one octet of a good request at a time.
func TestDamagedRequests(t *testing.T) {
	t.Parallel()
	addr, _, alive := hostileServer(t, nil)
	var all [][]byte
	for _, v := range []cdr.Version{cdr.V10, cdr.V11, cdr.V12} {
		good := request(v, true)
		for i := range good {
			bad := append([]byte(nil), good...)
			bad[i] ^= 0xff
			all = append(all, bad)
		}
	}
	attackAll(t, addr, all)
	alive()
}

// TestTruncatedMessages sends every proper prefix of every kind of message, and waits for the server to give up.
func TestTruncatedMessages(t *testing.T) {
	t.Parallel()
	addr, _, alive := hostileServer(t, nil)
	locate := cdr.NewEncoder(nil, false, nil)
	giop.PutLocateRequest(locate, cdr.V12, 3, []byte("Echo"), nil)
	var all [][]byte
	for _, msg := range [][]byte{
		request(cdr.V10, false), request(cdr.V11, true), request(cdr.V12, true),
		locate.Bytes(), giop.AppendCancelRequest(nil, cdr.V12, true, 7),
		giop.AppendFragment(nil, cdr.V12, true, true, 7, make([]byte, 16)),
		giop.AppendCloseConnection(nil, cdr.V12, true), giop.AppendMessageError(nil, cdr.V12, false),
	} {
		for n := 1; n < len(msg); n++ {
			all = append(all, msg[:n])
		}
	}
	attackAll(t, addr, all)
	alive()
}

// TestGreatLengths holds that no length that a message promises is believed.
func TestGreatLengths(t *testing.T) {
	t.Parallel()
	addr, _, alive := hostileServer(t, nil)
	size := func(n uint32) []byte {
		b := giop.AppendHeader(nil, giop.Header{Version: cdr.V12, Little: true, Type: giop.TypeRequest, Size: n})
		return append(b, make([]byte, 100)...)
	}
	var all [][]byte
	for _, n := range []uint32{1<<32 - 1, 1<<31 - 1, 64<<20 + 1, 64 << 20} {
		all = append(all, size(n))
	}
	// Every unsigned long of a good request is made 4 GiB in turn.
	good := request(cdr.V12, true)
	for i := giop.HeaderSize; i+4 <= len(good); i += 4 {
		bad := append([]byte(nil), good...)
		binary.LittleEndian.PutUint32(bad[i:], 1<<32-1)
		all = append(all, bad)
	}
	attackAll(t, addr, all)
	alive()
}

// TestSlowClient sends an octet now and then: the message never ends, and the server gives up.
func TestSlowClient(t *testing.T) {
	t.Parallel()
	addr, o, alive := hostileServer(t, func(l *limits.Limits) {
		l.SetTime(limits.StallTimeout, 3*time.Second) // no two octets are that far from each other
		l.SetTime(limits.IdleTimeout, 0)
	})
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	msg := giop.AppendHeader(nil, giop.Header{Version: cdr.V12, Little: true, Type: giop.TypeRequest, Size: 10000})
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	end := time.After(time.Minute)
	for i := 0; ; i++ {
		select {
		case <-tick.C:
		case <-end:
			t.Fatal("an octet at a time for a minute, and the server still takes them")
		}
		var b byte
		if i < len(msg) {
			b = msg[i]
		}
		if _, err := c.Write([]byte{b}); err != nil {
			break
		}
	}
	if o.Limits().Hits(limits.BodyRate) == 0 {
		t.Error("the limit body-rate was not counted")
	}
	alive()
}

// TestConnectionLimits holds that connections over the limits are refused, and counted.
func TestConnectionLimits(t *testing.T) {
	t.Parallel()
	addr, o, alive := hostileServer(t, func(l *limits.Limits) {
		l.Set(limits.ConnectionsPerAddress, 5)
		l.SetTime(limits.IdleTimeout, 0)
	})
	alive()
	var all []net.Conn
	for range 10 {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		all = append(all, c)
	}
	until(t, func() bool { return o.Limits().Hits(limits.ConnectionsPerAddress) == 6 })
	var closed atomic.Int32
	var readers sync.WaitGroup
	for _, c := range all {
		readers.Go(func() {
			b, err := io.ReadAll(c)
			if err != nil { // it was held until the end
				return
			}
			closed.Add(1)
			if h, err := giop.ParseHeader(b); err != nil || h.Type != giop.TypeCloseConnection {
				t.Errorf("a refused client is told %q, want CloseConnection", b)
			}
		})
	}
	until(t, func() bool { return closed.Load() == 6 }) // the limit is 5 and one is in use
	alive()
	for _, c := range all {
		c.SetReadDeadline(time.Unix(1, 0))
	}
	readers.Wait()
	if n := closed.Load(); n != 6 {
		t.Errorf("%d of 10 connections refused, want 6: the limit is 5 and one is in use", n)
	}
}

// TestConnectionsOneAfterAnother: a connection that has ended does not count for its address any more.
func TestConnectionsOneAfterAnother(t *testing.T) {
	t.Parallel()
	const most = 3 // one of them stays
	addr, _, alive := hostileServer(t, func(l *limits.Limits) {
		l.Set(limits.ConnectionsPerAddress, most)
		l.SetTime(limits.IdleTimeout, 0)
	})
	alive()
	for range 3 * most {
		until(t, func() bool { // the one before may count for a moment behind its end
			return len(attack(t, addr, giop.AppendCloseConnection(nil, cdr.V12, true))) == 0 // who is refused is told so
		})
	}
	alive()
}

// TestDyingServer plays a server that breaks off at every octet of its reply.
func TestDyingServer(t *testing.T) {
	t.Parallel()
	e := cdr.NewEncoder(nil, true, nil)
	m := giop.BeginReply(e, cdr.V12, 0, giop.NoException, nil)
	e.RawString("hello")
	giop.Finish(e, m)
	reply := e.Bytes()
	for n := range reply {
		t.Run("", func(t *testing.T) {
			t.Parallel()
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			go func() {
				for {
					c, err := l.Accept()
					if err != nil {
						return
					}
					head := make([]byte, giop.HeaderSize)
					if _, err := io.ReadFull(c, head); err == nil {
						body := make([]byte, binary.LittleEndian.Uint32(head[8:]))
						io.ReadFull(c, body)
						answer := append([]byte(nil), reply...)
						copy(answer[12:], body[:4]) // the request id
						c.Write(answer[:n])
					}
					c.Close()
				}
			}()
			ref, err := newClient(t, nil).Resolve(t.Context(), "corbaloc:iiop:1.2@"+l.Addr().String()+"/x")
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			s, err := EchoClass.Unchecked(ref).Say(ctx, "hello")
			if err == nil {
				t.Fatalf("half a reply gave %q and no error", s)
			}
			if errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("the end of the server was not noticed: %v", err)
			}
		})
	}
}
