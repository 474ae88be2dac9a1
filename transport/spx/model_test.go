package spx_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opendsom/dsom/internal/ipxtest"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/spx"
)

var modelSeed = flag.Uint64("spx.seed", 0, "the seed of the model tests; 0: some")

func seed(t *testing.T) uint64 {
	s := *modelSeed
	if s == 0 {
		s = rand.Uint64N(1 << 32)
	}
	t.Logf("-spx.seed=%d", s)
	return s
}

// connect makes a connection by both ends of x.
func connect(t *testing.T, x split) (a, b *spx.Conn) {
	t.Helper()
	l, err := x.Listen(t.Context(), at(x.listen))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	came := make(chan transport.Conn, 16)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			came <- c
		}
	}()
	for range 10 {
		c, err := x.Dial(t.Context(), l.Endpoint())
		if err != nil {
			t.Logf("asked in vain, since so much is lost: %v", err)
			continue
		}
		select {
		case d := <-came:
			if d.RemoteAddr().String() != c.LocalAddr().String() {
				t.Fatalf("%v came", d)
			}
			return c.(*spx.Conn), d.(*spx.Conn)
		case <-time.After(time.Minute): // nothing that shows that the client is there has come through
			c.Close()
		}
	}
	t.Fatal("no connection")
	return nil, nil
}

// bytesOf is a stream that is known by its seed.
func bytesOf(seed uint64, n int) []byte {
	b := make([]byte, n)
	r := rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8), byte(seed >> 16), byte(seed >> 24)})
	_, _ = r.Read(b)
	return b
}

// TestLossy has 16 MiB go each way over networks that lose, double, reorder and delay up to a fifth of all packets, on virtual time.
func TestLossy(t *testing.T) {
	n := 16 << 20
	if testing.Short() {
		n = 1 << 20
	}
	for name, f := range map[string]ipxtest.Faults{
		"clean":   {Delay: time.Millisecond},
		"loss":    {Loss: 0.2, Delay: time.Millisecond},
		"double":  {Double: 0.2, Delay: time.Millisecond},
		"reorder": {Reorder: 0.2, Delay: time.Millisecond, Late: 10 * time.Millisecond},
		"delay":   {Delay: 100 * time.Millisecond, Jitter: 20 * time.Millisecond},
		"all":     {Loss: 0.2, Double: 0.2, Reorder: 0.2, Late: 20 * time.Millisecond, Delay: 5 * time.Millisecond, Jitter: 5 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f.Seed = seed(t)
			synctest.Test(t, func(t *testing.T) {
				w := ipxtest.New(f)
				x := pairOn(t, w, spx.HostConfig{})
				a, b := connect(t, x)
				began := time.Now()
				done := make(chan error, 4)
				for i, c := range []*spx.Conn{a, b} {
					out, in := bytesOf(f.Seed+uint64(i), n), bytesOf(f.Seed+uint64(1-i), n)
					go func() {
						_, err := c.Write(out)
						if err == nil {
							err = c.CloseWrite()
						}
						done <- err
					}()
					go func() {
						got, err := io.ReadAll(c)
						if err == nil && !bytes.Equal(got, in) {
							err = fmt.Errorf("%d octets came, other than the %d that were written", len(got), len(in))
						}
						done <- err
					}()
				}
				for range 4 {
					if err := <-done; err != nil {
						t.Error(err)
					}
				}
				took := time.Since(began)
				a.Close()
				b.Close()
				time.Sleep(30 * time.Second)
				for _, h := range []*spx.Transport{x.dial, x.listen} {
					h, _ := h.Host(t.Context())
					if h.Conns() != 0 {
						t.Errorf("%d connections are left", h.Conns())
					}
					if c := h.Counts(); c.Lies+c.Malformed+c.Elsewhere+c.Beyond > 0 {
						t.Errorf("%+v", c)
					}
				}
				dialled, _, _ := x.dial.Counts()
				t.Logf("%d octets each way in %v of the network's time; %d packets were lost, and %d sent again by one side", n, took, w.Lost, dialled.Again)
			})
		})
	}
}

// A side is what the model knows of one direction of a connection: what was written, and how much of it was read.
type side struct {
	written, read []byte
	ended         bool // the writer has ended its direction
	closed        bool // and its connection
	eof           bool
}

// TestModel has random programs use both ends of a connection over a bad network, each step beside a model of two streams: what is read is what was written, in order and no more; an end is
// seen where one was, and only there; writing and reading what was closed fail, and nothing else does.
func TestModel(t *testing.T) {
	base := seed(t)
	for i := range uint64(300) {
		s := base + i
		if !t.Run(fmt.Sprint(s), func(t *testing.T) { synctest.Test(t, func(t *testing.T) { model(t, s) }) }) {
			return
		}
	}
}

func model(t *testing.T, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 3))
	part := func(most float64) float64 {
		if r.IntN(2) == 0 {
			return 0
		}
		return r.Float64() * most
	}
	f := ipxtest.Faults{Seed: seed, Loss: part(0.2), Double: part(0.2), Reorder: part(0.2), Late: time.Duration(r.IntN(50)+1) * time.Millisecond, Delay: time.Duration(r.IntN(20)) * time.Millisecond}
	w := ipxtest.New(f)
	w.Most = []int{0, 576, 1000, 1472, 1500}[r.IntN(5)]
	x := pairOn(t, w, spx.HostConfig{Window: r.IntN(65), Only1: r.IntN(3) == 0})
	a, b := connect(t, x)
	ends := [2]*spx.Conn{a, b}
	var model [2]side // model[i] is what ends[i] writes, and the other reads
	steps := r.IntN(80) + 5
	for step := range steps {
		i := r.IntN(2)
		c, out, in := ends[i], &model[i], &model[1-i]
		fail := func(format string, args ...any) {
			t.Helper()
			t.Fatalf("step %d, end %d, %+v, window and size of %v: %s", step, i, f, c, fmt.Sprintf(format, args...))
		}
		switch k := r.IntN(20); {
		case k < 8: // write
			p := bytesOf(seed+uint64(step), []int{0, 1, 10, 534, 1382, 3000, 40000, 200000}[r.IntN(8)])
			if err := c.SetWriteDeadline(time.Now().Add(time.Duration(r.IntN(1000)) * time.Millisecond)); err != nil {
				fail("%v", err)
			}
			var n int
			var err error
			if r.IntN(2) == 0 {
				n, err = c.Write(p)
			} else {
				cut := r.IntN(len(p) + 1)
				v := net.Buffers{p[:cut], nil, p[cut:]}
				var n64 int64
				n64, err = c.WriteBuffers(&v)
				n = int(n64)
				if left := bytes.Join(v, nil); !bytes.Equal(left, p[n:]) {
					fail("%d of %d octets are written, and %d left", n, len(p), len(left))
				}
			}
			out.written = append(out.written, p[:n]...)
			switch {
			case out.closed || out.ended:
				if n > 0 || !errors.Is(err, net.ErrClosed) {
					fail("writes %d octets to what it has ended: %v", n, err)
				}
			case err == nil && n == len(p), errors.Is(err, os.ErrDeadlineExceeded):
			case in.closed && (errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET)):
			default:
				fail("writes %d of %d octets: %v", n, len(p), err)
			}
		case k < 16: // read
			if err := c.SetReadDeadline(time.Now().Add(time.Duration(r.IntN(2000)) * time.Millisecond)); err != nil {
				fail("%v", err)
			}
			p := make([]byte, []int{1, 100, 5000, 100000}[r.IntN(4)])
			n, err := c.Read(p)
			in.read = append(in.read, p[:n]...)
			if !bytes.HasPrefix(in.written, in.read) {
				fail("reads what was not written")
			}
			switch {
			case out.closed:
				if n > 0 || !errors.Is(err, net.ErrClosed) {
					fail("reads %d octets from what it has closed: %v", n, err)
				}
			case n > 0 && err == nil && !in.eof, errors.Is(err, os.ErrDeadlineExceeded):
			case err == io.EOF && (in.ended || in.closed) && len(in.read) == len(in.written):
				in.eof = true
			case in.closed && errors.Is(err, syscall.ECONNRESET): // it had octets of ours that it did not take
			default:
				fail("reads %d octets, %d of %d: %v", n, len(in.read), len(in.written), err)
			}
		case k < 17:
			if err := c.CloseWrite(); out.closed != errors.Is(err, net.ErrClosed) || !out.closed && err != nil {
				fail("ends its direction: %v", err)
			}
			if !out.closed {
				out.ended = true
			}
		case k < 18 && step > steps/2:
			if err := c.Close(); out.closed != errors.Is(err, net.ErrClosed) || !out.closed && err != nil {
				fail("closes: %v", err)
			}
			out.closed = true
		case k < 19:
			if s := c.State(); s == transport.Gone && !(out.closed || in.closed || in.ended) {
				fail("is gone")
			}
		default:
			time.Sleep(time.Duration(r.IntN(40)) * time.Second / time.Duration(1+r.IntN(100)))
		}
	}
	// What was written to an end that reads on arrives, and then the end.
	for i, c := range ends {
		out, in := &model[i], &model[1-i]
		if !in.closed {
			if err := ends[1-i].CloseWrite(); err != nil {
				t.Fatal(err)
			}
		}
		if out.closed {
			continue
		}
		_ = c.SetReadDeadline(time.Now().Add(10 * time.Minute))
		rest, err := io.ReadAll(c)
		in.read = append(in.read, rest...)
		if !bytes.HasPrefix(in.written, in.read) {
			t.Fatalf("end %d reads what was not written", i)
		}
		if in.closed && (err != nil || len(in.read) < len(in.written)) {
			continue // who closes waits for a while only, and not at all for what it was sent meanwhile
		}
		if err != nil || len(in.read) != len(in.written) {
			t.Fatalf("end %d has read %d of %d octets: %v", i, len(in.read), len(in.written), err)
		}
	}
	a.Close()
	b.Close()
	time.Sleep(time.Minute)
	for _, h := range []*spx.Transport{x.dial, x.listen} {
		if h, _ := h.Host(t.Context()); h.Conns() != 0 {
			t.Fatalf("%d connections are left", h.Conns())
		}
	}
}
