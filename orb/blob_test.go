package orb_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"runtime"
	"sync"
	"testing"
	"time"
	"unsafe"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/internal/exact"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/tcp"
)

// A spy is a transport that remembers which memory octets were written from and read to.
type spy struct {
	transport.Transport

	mu       sync.Mutex
	writes   int // of any kind
	from, to [][]byte
}

func (s *spy) Dial(ctx context.Context, e transport.Endpoint) (transport.Conn, error) {
	c, err := s.Transport.Dial(ctx, e)
	if err != nil {
		return nil, err
	}
	return &spied{c, s}, nil
}

func (s *spy) Listen(ctx context.Context, e transport.Endpoint) (transport.Listener, error) {
	l, err := s.Transport.Listen(ctx, e)
	return &spiedListener{l, s}, err
}

// take returns what the spy has seen, and forgets it.
func (s *spy) take() (writes int, from, to [][]byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	writes, from, to = s.writes, s.from, s.to
	s.writes, s.from, s.to = 0, nil, nil
	return writes, from, to
}

type spiedListener struct {
	transport.Listener
	spy *spy
}

func (l *spiedListener) Accept() (transport.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &spied{c, l.spy}, nil
}

type spied struct {
	transport.Conn
	spy *spy
}

func (c *spied) Write(p []byte) (int, error) {
	c.spy.wrote(p)
	return c.Conn.Write(p)
}

func (c *spied) WriteBuffers(v *net.Buffers) (int64, error) {
	c.spy.wrote(*v...)
	return c.Conn.WriteBuffers(v)
}

func (c *spied) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.spy.mu.Lock()
	defer c.spy.mu.Unlock()
	c.spy.to = append(c.spy.to, p[:n])
	return n, err
}

func (s *spy) wrote(v ...[]byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.writes++
	s.from = append(s.from, v...)
}

// inMemory returns how many octets of list are in the memory of b.
func inMemory(b []byte, list [][]byte) int {
	begin := uintptr(unsafe.Pointer(unsafe.SliceData(b)))
	n := 0
	for _, x := range list {
		if at := uintptr(unsafe.Pointer(unsafe.SliceData(x))); at >= begin && at < begin+uintptr(len(b)) {
			n += len(x)
		}
	}
	return n
}

// A holder is a servant that keeps what it is given, and returns that.
type holder struct {
	echo
	mu   sync.Mutex
	kept [][]byte
}

func (h *holder) Blob(_ context.Context, b []byte) ([]byte, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.kept = append(h.kept, b)
	return b, nil
}

func (h *holder) last() []byte {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.kept[len(h.kept)-1]
}

// spiedOn returns an echo between two ORBs, each with its spy.
func spiedOn(t *testing.T, impl Echo, change func(*orb.Config)) (e Echo, client, server *spy) {
	t.Helper()
	client, server = &spy{Transport: tcp.New()}, &spy{Transport: tcp.New()}
	with := func(s *spy, listen ...string) func(*orb.Config) {
		return func(c *orb.Config) {
			c.Transports, c.Listen = transport.Set{s}, listen
			if change != nil {
				change(c)
			}
		}
	}
	_, root := newORB(t, with(server, "tcp:127.0.0.1:0"))
	ref, err := EchoClass.Activate(root, impl)
	if err != nil {
		t.Fatal(err)
	}
	co, _ := newORB(t, with(client))
	return EchoClass.Unchecked(co.NewRef(ref.IOR())), client, server
}

// TestLongOctetsAreNotCopied holds that a long sequence of octets is written from where the caller, or the servant,
// has it, with one write a message, and read to where he gets it, but for a chunk of it.
func TestLongOctetsAreNotCopied(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(*orb.Config)
	}{
		{"plain", nil},
		{"with interceptors that add contexts", func(c *orb.Config) {
			c.ClientInterceptors = []orb.ClientInterceptor{func(ctx context.Context, r *orb.ClientRequest, next func(context.Context) error) error {
				if err := r.AddContext(77, []byte("to the server"), false); err != nil {
					return err
				}
				return next(ctx)
			}}
			c.ServerInterceptors = []orb.ServerInterceptor{func(ctx context.Context, r *orb.IncomingRequest, next func(context.Context) error) error {
				if err := r.AddReplyContext(78, []byte("to the client"), false); err != nil {
					return err
				}
				return next(ctx)
			}}
		}},
		{"in GIOP 1.0", func(c *orb.Config) { c.MaxVersion = cdr.V10 }},
	} {
		for _, size := range []int{64 << 10, 4 << 20} {
			h := new(holder)
			e, client, server := spiedOn(t, h, c.change)
			blob := bytes.Repeat([]byte("0123456789abcdefg"), size/17+1)[:size]
			var got []byte
			for range 4 { // at first memory for what comes grows in steps
				client.take()
				server.take()
				var err error
				if got, err = e.Blob(t.Context(), blob); err != nil {
					t.Fatal(err)
				}
			}
			if !bytes.Equal(got, blob) {
				t.Fatalf("%s, %d octets: something else came back", c.name, size)
			}
			const piece = 256 << 10
			for _, s := range []struct {
				name     string
				spy      *spy
				out, in_ []byte
			}{{"client", client, blob, got}, {"server", server, h.last(), h.last()}} {
				writes, from, to := s.spy.take()
				if want := size/piece + 1; writes != want {
					t.Errorf("%s, %d octets: %d writes of the %s, want %d", c.name, size, writes, s.name, want)
				}
				if n := inMemory(s.out, from); n != size {
					t.Errorf("%s, %d octets: the %s copies %d before it writes", c.name, size, s.name, size-n)
				}
				if n := inMemory(s.in_, to); n < size-transport.ChunkSize {
					t.Errorf("%s, %d octets: the %s copies %d after it has read, at most %d are in a chunk", c.name, size, s.name, size-n, transport.ChunkSize)
				}
			}
		}
	}
}

// TestExactLongOctetsAllocations holds that of a call with long octets both ways nothing is allocated but what the
// servant and the caller are given.
func TestExactLongOctetsAllocations(t *testing.T) {
	exact.Start(t)
	e := serve(t, new(echo))
	ctx := context.Background()
	blob := make([]byte, 64<<10)
	const calls = 200
	mallocs, octets := ^uint64(0), ^uint64(0)
	for range 10 { // collections empty pools: the least is what the path does
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for range calls {
			if _, err := e.Blob(ctx, blob); err != nil {
				t.Fatal(err)
			}
		}
		runtime.ReadMemStats(&after)
		mallocs = min(mallocs, (after.Mallocs-before.Mallocs)/calls)
		octets = min(octets, (after.TotalAlloc-before.TotalAlloc)/calls)
	}
	const most = 2 * (64 + 9) << 10 // the sizes of buffers are in steps of an eighth
	if mallocs != 2 || octets > most {
		t.Errorf("%d allocations of %d octets a call, want 2 of %d at most", mallocs, octets, most)
	}
}

// TestLongOctetsAreTheirOwners holds that what callers and servants were given stays theirs, whatever follows.
func TestLongOctetsAreTheirOwners(t *testing.T) {
	t.Parallel()
	h := new(holder)
	e, _, _ := spiedOn(t, h, nil)
	pattern := func(k, n int) []byte { return bytes.Repeat([]byte{byte(k), byte(k >> 8), 3}, n/3+1)[:n] }
	sizes := []int{10, cdr.LeastLoan - 100, cdr.LeastLoan, cdr.LeastLoan + 1, 70_000, 300_000}
	var all sync.WaitGroup
	for caller := range 4 {
		all.Go(func() {
			var kept [][]byte
			for k := range 30 {
				size := sizes[(caller+k)%len(sizes)]
				blob := pattern(k, size)
				got, err := e.Blob(t.Context(), blob)
				if err != nil || !bytes.Equal(got, pattern(k, size)) {
					t.Errorf("call %d: %d octets, %v", k, len(got), err)
					return
				}
				clear(blob)               // the caller's again
				got = append(got, 1, 2)   // and his
				for i := range got[:10] { // to do with what he likes
					got[i] ^= 0xff
				}
				kept = append(kept, got)
			}
			for k, got := range kept {
				want := append(pattern(k, len(got)-2), 1, 2)
				for i := range want[:10] {
					want[i] ^= 0xff
				}
				if !bytes.Equal(got, want) {
					t.Errorf("what call %d returned has changed", k)
				}
			}
		})
	}
	all.Wait()
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, b := range h.kept {
		if !bytes.Equal(b, pattern(int(b[0]), len(b))) {
			t.Error("what the servant was given has changed")
		}
	}
}

// TestLongArgumentsAfterGivingUp holds that a caller who gives up while his argument is being written has it for himself
// again at once, and that what the peer gets, once it reads, is what the argument was.
func TestLongArgumentsAfterGivingUp(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	begun, read := make(chan struct{}), make(chan struct{})
	messages := make(chan []byte, 2)
	go func() {
		c, err := l.Accept()
		if err != nil {
			t.Error(err)
			return
		}
		defer c.Close()
		for i := range 2 {
			msg := make([]byte, giop.HeaderSize)
			if _, err := io.ReadFull(c, msg); err != nil {
				t.Error(err)
				break
			}
			if i == 0 {
				close(begun)
				<-read
			}
			h, err := giop.ParseHeader(msg)
			if err != nil {
				t.Error(err)
				break
			}
			msg = append(msg, make([]byte, h.Size)...)
			if _, err := io.ReadFull(c, msg[giop.HeaderSize:]); err != nil {
				t.Error(err)
				break
			}
			messages <- msg
		}
		close(messages)
	}()
	patient := new(limits.Limits)
	patient.SetTime(limits.StallTimeout, time.Hour) // the peer may be slow on a machine that is loaded
	ref, err := newClient(t, func(c *orb.Config) { c.Limits = patient }).Resolve(t.Context(), "corbaloc:iiop:1.2@"+l.Addr().String()+"/Echo")
	if err != nil {
		t.Fatal(err)
	}
	const size = 32 << 20 // more than the system takes
	blob := bytes.Repeat([]byte{5}, size)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() { // when the message has begun to be written
		select {
		case <-begun:
			cancel()
		case <-ctx.Done():
		}
	}()
	if _, err := EchoClass.Unchecked(ref).Blob(ctx, blob); !errors.Is(err, context.Canceled) {
		t.Fatalf("the call ended with %v", err)
	}
	clear(blob)
	close(read)
	msg := <-messages
	h, err := giop.ParseHeader(msg)
	if err != nil {
		t.Fatal(err)
	}
	var d cdr.Decoder
	giop.Open(&d, h, msg, nil)
	var r giop.Request
	if err := r.Parse(h, &d); err != nil {
		t.Fatal(err)
	}
	if got := d.OctetSeqView(); len(got) != size || bytes.Count(got, []byte{5}) != size {
		t.Errorf("of %d octets the peer got %d that the argument had", size, bytes.Count(got, []byte{5}))
	}
	if h, err := giop.ParseHeader(<-messages); err != nil || h.Type != giop.TypeCancelRequest {
		t.Errorf("behind the request came %v, %v", h.Type, err)
	}
}
