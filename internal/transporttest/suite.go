package transporttest

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/opendsom/dsom/internal/race"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/socket"
)

// A Subject is the transport under test.
type Subject struct {
	Transport transport.Transport
	Endpoint  transport.Endpoint // with port 0 where the network has ports

	// Lazy says that ReadChunk holds no chunk while it waits, and that State can tell.
	Lazy bool

	// Tells says that State can tell, though ReadChunk holds its chunk.
	Tells bool

	// Queues says that the system makes connections, though the peer's program takes none.
	Queues bool

	// Allocates is how often it may allocate to write and to read a message.
	Allocates int

	// Many is how many connections are open at a time in the test of many; 0 is a hundred.
	Many int
}

// patience is how long something is waited for that must come.
const patience = time.Minute

// Run holds the transport against what package transport says of it.
func Run(t *testing.T, s Subject) {
	for name, test := range map[string]func(*testing.T, Subject){
		"Octets": octets, "Buffers": buffers, "Chunks": chunks, "HalfClose": halfClose, "CloseWakesReader": closeWakesReader,
		"ReadDeadline": readDeadline, "WriteDeadline": writeDeadline,
		"ShortWrites": shortWrites, "PeerGone": peerGone, "State": state, "Listener": listening,
		"DialNobody": dialNobody, "DialGivenUp": dialGivenUp, "Addresses": addresses, "NoAllocation": noAllocation,
		"Messages": messages, "BackPressure": backPressure, "PeerDeath": peerDeath, "CloseWakesWriter": closeWakesWriter, "ManyConnections": manyConnections,
	} {
		t.Run(name, func(t *testing.T) { test(t, s) })
	}
	t.Run("Leaks", func(t *testing.T) { leaks(t, s) })
}

// accept takes a connection as an ORB does: one that has to shake hands first does that when it is read.
func accept(l transport.Listener) (transport.Conn, error) {
	c, err := l.Accept()
	if err != nil {
		return nil, err
	}
	if h, ok := c.(interface{ Handshake() error }); ok {
		if err := h.Handshake(); err != nil {
			c.Close()
			return nil, err
		}
	}
	return c, nil
}

// connect returns the two ends of a connection by l. Both are made at once: they may have to speak to one another.
func connect(ctx context.Context, s Subject, l transport.Listener) (a, b transport.Conn, err error) {
	type end struct {
		c   transport.Conn
		err error
	}
	dialled := make(chan end, 1)
	go func() {
		c, err := s.Transport.Dial(ctx, l.Endpoint())
		if err != nil {
			l.Close() // nobody comes
		}
		dialled <- end{c, err}
	}()
	b, err = accept(l)
	if err != nil {
		l.Close()
	}
	d := <-dialled
	if err = errors.Join(d.err, err); err != nil {
		for _, c := range []transport.Conn{d.c, b} {
			if c != nil {
				c.Close()
			}
		}
		return nil, nil, err
	}
	return d.c, b, nil
}

func listen(t *testing.T, s Subject) transport.Listener {
	t.Helper()
	l, err := s.Transport.Listen(t.Context(), s.Endpoint)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

// pair returns the two ends of a connection.
func pair(t *testing.T, s Subject) (a, b transport.Conn) {
	t.Helper()
	l := listen(t, s)
	a, b, err := connect(t.Context(), s, l)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	t.Cleanup(func() { b.Close() })
	a.SetDeadline(time.Now().Add(patience))
	b.SetDeadline(time.Now().Add(patience))
	return a, b
}

func random(n int) []byte {
	r := rand.New(rand.NewPCG(1, uint64(n)))
	b := make([]byte, 0, n+7)
	for len(b) < n {
		b = binary.LittleEndian.AppendUint64(b, r.Uint64())
	}
	return b[:n]
}

// octets: more than any buffer holds, in both directions at once.
func octets(t *testing.T, s Subject) {
	a, b := pair(t, s)
	want := random(3 << 20)
	done := make(chan error, 2)
	for _, c := range []transport.Conn{a, b} {
		go func() {
			_, err := c.Write(want)
			c.CloseWrite()
			done <- err
		}()
	}
	for _, c := range []transport.Conn{a, b} {
		got, err := io.ReadAll(c)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("read %d octets, %v; want the %d that were written", len(got), err, len(want))
		}
	}
	for range 2 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

func buffers(t *testing.T, s Subject) {
	a, b := pair(t, s)
	parts := net.Buffers{random(10), nil, random(300_000), random(1)}
	want := bytes.Join(parts, nil)
	go func() {
		n, err := a.WriteBuffers(&parts)
		if n != int64(len(want)) || err != nil || len(parts) != 0 {
			t.Errorf("WriteBuffers = %d, %v, %d buffers left; want %d, nil, none", n, err, len(parts), len(want))
		}
		a.CloseWrite()
	}()
	if got, err := io.ReadAll(b); err != nil || !bytes.Equal(got, want) {
		t.Errorf("read %d octets, %v; want %d", len(got), err, len(want))
	}
}

func chunks(t *testing.T, s Subject) {
	a, b := pair(t, s)
	want := random(200_000)
	go func() {
		a.Write(want[:5])
		a.Write(want[5:])
		a.CloseWrite()
	}()
	var got []byte
	for {
		c, n, err := b.ReadChunk()
		if err == io.EOF {
			break
		}
		if err != nil || n <= 0 || n > len(c) {
			t.Fatalf("ReadChunk = %d octets, %v", n, err)
		}
		got = append(got, c[:n]...)
		c.Free()
	}
	if !bytes.Equal(got, want) {
		t.Errorf("read %d octets; want %d", len(got), len(want))
	}
}

func halfClose(t *testing.T, s Subject) {
	a, b := pair(t, s)
	a.Write([]byte("question"))
	if err := a.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(b); string(got) != "question" || err != nil {
		t.Fatalf("read %q, %v", got, err)
	}
	if _, err := b.Write([]byte("answer")); err != nil {
		t.Fatalf("writing to one that has ended its own direction: %v", err)
	}
	b.Close()
	if got, err := io.ReadAll(a); string(got) != "answer" || err != nil {
		t.Fatalf("read %q, %v", got, err)
	}
}

func closeWakesReader(t *testing.T, s Subject) {
	a, _ := pair(t, s)
	done := make(chan error, 1)
	go func() {
		_, _, err := a.ReadChunk()
		done <- err
	}()
	time.Sleep(10 * time.Millisecond) // so that it waits, as a rule
	a.Close()
	if err := <-done; !errors.Is(err, net.ErrClosed) {
		t.Errorf("a read on a closed connection: %v; want net.ErrClosed", err)
	}
	if _, err := a.Write([]byte("x")); err == nil {
		t.Error("a write on a closed connection did not fail")
	}
}

func readDeadline(t *testing.T, s Subject) {
	a, b := pair(t, s)
	done := make(chan error, 1)
	go func() {
		_, _, err := a.ReadChunk()
		done <- err
	}()
	time.Sleep(10 * time.Millisecond)
	a.SetReadDeadline(time.Unix(1, 0)) // throws out who waits
	if err := <-done; !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("a read thrown out: %v; want os.ErrDeadlineExceeded", err)
	}
	if _, err := a.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("a read after its deadline: %v; want os.ErrDeadlineExceeded", err)
	}
	a.SetReadDeadline(time.Time{})
	b.Write([]byte("x"))
	if _, err := a.Read(make([]byte, 1)); err != nil {
		t.Fatalf("a read with its deadline taken back: %v", err)
	}
	a.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
	if _, err := a.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("a read with a deadline to come: %v; want os.ErrDeadlineExceeded", err)
	}
}

// writeDeadline: one that cannot go on is thrown out, and no octet is lost or doubled.
func writeDeadline(t *testing.T, s Subject) {
	want := random(32 << 20) // which takes a while: the pair's deadlines run from when it is made
	a, b := pair(t, s)
	type result struct {
		n   int
		err error
	}
	done := make(chan result, 1)
	go func() {
		n, err := a.Write(want)
		done <- result{n, err}
	}()
	var first [1]byte
	if _, err := io.ReadFull(b, first[:]); err != nil { // it has begun
		t.Fatal(err)
	}
	a.SetWriteDeadline(time.Unix(1, 0))
	r := <-done
	if !errors.Is(r.err, os.ErrDeadlineExceeded) || r.n == 0 || r.n >= len(want) {
		t.Fatalf("Write = %d, %v; want some octets and os.ErrDeadlineExceeded", r.n, r.err)
	}
	a.SetWriteDeadline(time.Time{})
	go func() {
		a.Write(want[r.n:])
		a.CloseWrite()
	}()
	if got, err := io.ReadAll(b); err != nil || !bytes.Equal(append(first[:], got...), want) {
		t.Errorf("read %d octets, %v; want the %d that were written", 1+len(got), err, len(want))
	}
}

// shortWrites: of many lengths, to one who does not read until there is no room; none is lost, doubled or cut unsaid.
func shortWrites(t *testing.T, s Subject) {
	want := random(32 << 20)
	a, b := pair(t, s)
	write := func(p []byte) (int, error) {
		n, err := a.Write(p)
		if n < len(p) && err == nil {
			err = io.ErrShortWrite
		}
		return n, err
	}
	a.SetWriteDeadline(time.Now().Add(200 * time.Millisecond))
	sent := 0
	var err error
	for size := 1; err == nil && sent < len(want); size = size*3%(20<<10) + 1 {
		var n int
		n, err = write(want[sent:min(sent+size, len(want))])
		sent += n
	}
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("after %d octets that nobody reads: %v; want os.ErrDeadlineExceeded", sent, err)
	}
	a.SetWriteDeadline(time.Time{})
	done := make(chan error, 1)
	go func() {
		var err error
		for size := 1; err == nil && sent < len(want); size = size*3%(20<<10) + 1 {
			var n int
			n, err = write(want[sent:min(sent+size, len(want))])
			sent += n
		}
		a.CloseWrite()
		done <- err
	}()
	got, err := io.ReadAll(b)
	if err := errors.Join(err, <-done); err != nil || !bytes.Equal(got, want) {
		t.Errorf("read %d octets, %v; want the %d that were written", len(got), err, len(want))
	}
}

// peerGone: short writes to one who is gone fail, if not at once.
func peerGone(t *testing.T, s Subject) {
	a, b := pair(t, s)
	b.Close()
	for end := time.Now().Add(patience); ; {
		if _, err := a.Write([]byte("into the void")); err != nil {
			if errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("got %v", err)
			}
			return
		}
		if time.Now().After(end) {
			t.Fatal("writes to a peer that is gone do not fail")
		}
	}
}

func state(t *testing.T, s Subject) {
	if !s.Lazy && !s.Tells {
		t.Skip("this transport cannot tell its state")
	}
	a, b := pair(t, s)
	await := func(want transport.State) {
		t.Helper()
		for end := time.Now().Add(patience); a.State() != want; time.Sleep(time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("state %v; want %v", a.State(), want)
			}
		}
	}
	await(transport.Quiet)
	b.Write([]byte("x"))
	await(transport.Waiting)
	if n, err := a.Read(make([]byte, 9)); n != 1 || err != nil {
		t.Fatalf("State has taken an octet: %d, %v", n, err)
	}
	await(transport.Quiet)
	b.Write([]byte("y"))
	b.Close()
	await(transport.Waiting)
	a.Read(make([]byte, 9))
	await(transport.Gone)
	a.Close()
	await(transport.Gone)
}

func listening(t *testing.T, s Subject) {
	l := listen(t, s)
	if e := l.Endpoint(); e.Network != s.Transport.Name() || s.Endpoint.Host != e.Host || e.Port == 0 && s.Endpoint.Host == "" {
		t.Errorf("listens at %v", e)
	}
	if _, err := s.Transport.Listen(t.Context(), l.Endpoint()); err == nil {
		t.Error("two listen at the same endpoint")
	}
	done := make(chan error, 1)
	go func() {
		_, err := l.Accept()
		done <- err
	}()
	time.Sleep(10 * time.Millisecond)
	l.Close()
	if err := <-done; !errors.Is(err, net.ErrClosed) {
		t.Errorf("Accept on a closed listener: %v; want net.ErrClosed", err)
	}
}

func dialNobody(t *testing.T, s Subject) {
	l := listen(t, s)
	e := l.Endpoint()
	l.Close()
	if c, err := s.Transport.Dial(t.Context(), e); err == nil {
		c.Close()
		t.Error("connected where nobody listens")
	}
}

// dialGivenUp: Dial ends with its context, be that over before it begins or while the peer's program says nothing: nobody accepts.
func dialGivenUp(t *testing.T, s Subject) {
	l := listen(t, s)
	dial := func(ctx context.Context) (transport.Conn, error) {
		type end struct {
			c   transport.Conn
			err error
		}
		got := make(chan end, 1)
		go func() {
			c, err := s.Transport.Dial(ctx, l.Endpoint())
			got <- end{c, err}
		}()
		select {
		case e := <-got:
			return e.c, e.err
		case <-time.After(patience):
			t.Fatal("Dial does not end with its context")
			return nil, nil
		}
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if c, err := dial(over); err == nil || !errors.Is(err, context.Canceled) {
		t.Errorf("Dial with a context that is over: %v; want context.Canceled", err)
		if c != nil {
			c.Close()
		}
	}
	for made := range silentDials {
		ctx, cancel := context.WithCancel(t.Context())
		late := time.AfterFunc(20*time.Millisecond, cancel)
		c, err := dial(ctx)
		late.Stop()
		cancel()
		if err != nil {
			if !errors.Is(err, context.Canceled) && !(s.Queues && made > 0 && backlogFull(err)) {
				t.Errorf("Dial to a peer that says nothing: %v; want context.Canceled", err)
			}
			return
		}
		defer c.Close()
	}
	if !s.Queues {
		t.Errorf("%d connections are made to a peer whose program takes none", silentDials)
	}
}

// backlogFull reports whether an attempt to connect may have failed because the system keeps no more connections that nobody has accepted. Of sockets of the machine Linux says so by EAGAIN, and other systems
// as if nobody listened.
func backlogFull(err error) bool { return errors.Is(err, syscall.EAGAIN) || socket.IsRefused(err) }

// silentDials is how many connections the suite makes that nobody accepts: more than a listener of this project keeps.
const silentDials = 200

func addresses(t *testing.T, s Subject) {
	a, b := pair(t, s)
	for _, c := range []transport.Conn{a, b} {
		if c.LocalAddr().String() == "" || c.RemoteAddr().Network() == "" {
			t.Errorf("addresses %v and %v", c.LocalAddr(), c.RemoteAddr())
		}
	}
}

func noAllocation(t *testing.T, s Subject) {
	a, b := pair(t, s)
	v := make(net.Buffers, 2)
	parts, keep := [2][]byte{[]byte("one"), []byte("two")}, v
	ping := func() {
		v = append(keep[:0], parts[0], parts[1])
		a.WriteBuffers(&v)
		c, _, err := b.ReadChunk()
		if err != nil {
			t.Fatal(err)
		}
		c.Free()
	}
	if n := testing.AllocsPerRun(500, ping); int(n) > s.Allocates && !race.Enabled {
		t.Errorf("%v allocations to write and read, %d are the most", n, s.Allocates)
	}
}
