package interop_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opendsom/dsom/internal/storetest"
	"github.com/opendsom/dsom/interop/natsserver"
	"github.com/opendsom/dsom/store"
	"github.com/opendsom/dsom/store/nats"
)

// TestNATSStore holds the store in NATS to what every store does.
func TestNATSStore(t *testing.T) {
	t.Parallel()
	c := natsserver.Start(t, 1)
	storetest.Run(t, func(dir string) (store.Store, error) {
		name := strings.NewReplacer("/", "_", ".", "_", " ", "_").Replace(filepath.Clean(dir))
		return nats.Open(context.Background(), nats.Options{Servers: c.URLs(), Stream: name, Replicas: 1})
	})
}

// TestNATSStoreCluster has several processes' worth of stores count in three servers, of which one is killed again and again: each commit that was acknowledged
// is there, once, none that was refused is, and the commits of two keys are seen together.
func TestNATSStoreCluster(t *testing.T) {
	t.Parallel()
	c := natsserver.Start(t, 3)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	const stores, workers = 3, 2
	time1 := 12 * time.Second
	if testing.Short() {
		time1 = 4 * time.Second
	}
	open := func() store.Store {
		t.Helper()
		s, err := nats.Open(ctx, nats.Options{Servers: c.URLs()})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	var all []store.Store
	for range stores {
		s := open()
		defer func() { _ = s.Close() }()
		all = append(all, s)
	}
	if _, err := all[0].Commit(ctx, store.Create("sum.a", []byte("0")), store.Create("sum/b", []byte("0"))); err != nil {
		t.Fatal(err)
	}
	for _, s := range all { // what one has written the others see a little later
		for {
			_, err := s.Get(ctx, "sum.a")
			if err == nil {
				break
			}
			if !errors.Is(err, store.ErrNotFound) || ctx.Err() != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Millisecond)
		}
	}
	var done, unknown, conflicts atomic.Int64
	ended := make(chan struct{})
	var wg sync.WaitGroup
	for i := range stores * workers {
		wg.Go(func() {
			s := all[i%stores]
			for n := 0; ; n++ {
				select {
				case <-ended:
					return
				default:
				}
				a, err := s.Get(ctx, "sum.a")
				b, bad := s.Get(ctx, "sum/b")
				if err != nil || bad != nil {
					t.Error(err, bad)
					return
				}
				if a.Revision == b.Revision && string(a.Value) != string(b.Value) {
					t.Errorf("one commit is seen in parts: %s, %s", a.Value, b.Value)
				}
				v, err := strconv.Atoi(string(a.Value))
				if err != nil {
					t.Error(err)
					return
				}
				next := strconv.AppendInt(nil, int64(v+1), 10)
				_, err = s.Commit(ctx, store.Update("sum.a", next, a.Revision), store.Update("sum/b", next, b.Revision), store.Create(fmt.Sprintf("w%d/%d", i, n), next))
				switch {
				case err == nil:
					done.Add(1)
				case errors.Is(err, store.ErrConflict):
					conflicts.Add(1)
				default:
					t.Logf("unknown: %v", err)
					unknown.Add(1)
				}
			}
		})
	}
	kills := 0
	for end := time.Now().Add(time1); time.Now().Before(end); kills++ {
		before := done.Load()
		i := rand.IntN(3)
		c.Kill(i)
		progress(t, ctx, &done, before)
		c.Run(i)
		progress(t, ctx, &done, done.Load()+20)
	}
	close(ended)
	wg.Wait()
	s := open()
	defer func() { _ = s.Close() }()
	a, err := s.Get(ctx, "sum.a")
	if err != nil {
		t.Fatal(err)
	}
	sum, _ := strconv.Atoi(string(a.Value))
	if got := int64(sum); got < done.Load() || got > done.Load()+unknown.Load() {
		t.Errorf("the sum is %d, %d commits were acknowledged, and of %d nobody knows", got, done.Load(), unknown.Load())
	}
	written := map[string]bool{}
	for e, err := range store.All(ctx, s, "w") {
		if err != nil {
			t.Fatal(err)
		}
		if written[string(e.Value)] {
			t.Errorf("%s was written twice", e.Value)
		}
		written[string(e.Value)] = true
	}
	if len(written) != sum {
		t.Errorf("%d steps are there, and the sum is %d", len(written), sum)
	}
	t.Logf("%d commits, %d conflicts, %d unknown, %d kills", done.Load(), conflicts.Load(), unknown.Load(), kills)
}

// progress waits until more than so many commits are done.
func progress(t *testing.T, ctx context.Context, done *atomic.Int64, than int64) {
	t.Helper()
	for end := time.Now().Add(60 * time.Second); done.Load() <= than; {
		if time.Now().After(end) || ctx.Err() != nil {
			t.Fatalf("nothing is committed: %d", done.Load())
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// TestNATSStoreLostAnswer swallows the answer to a commit whose keys another store then writes: it is not called a conflict, since it has happened.
func TestNATSStoreLostAnswer(t *testing.T) {
	t.Parallel()
	c := natsserver.Start(t, 1)
	p := newDeaf(t, strings.TrimPrefix(c.URLs()[0], "nats://"))
	open := func(url string) store.Store {
		t.Helper()
		s, err := nats.Open(t.Context(), nats.Options{Servers: []string{url}, Replicas: 1})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		return s
	}
	a, b := open("nats://"+p.address), open(c.URLs()[0])
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	rev, err := a.Commit(ctx, store.Create("k", []byte("0")))
	if err != nil {
		t.Fatal(err)
	}
	p.deaf.Store(true)
	done := make(chan error, 1)
	go func() {
		_, err := a.Commit(ctx, store.Update("k", []byte("a"), rev))
		done <- err
	}()
	for { // b sees what a has written, and writes over it
		e, err := b.Get(ctx, "k")
		if err == nil && string(e.Value) == "a" {
			if _, err := b.Commit(ctx, store.Update("k", []byte("b"), e.Revision)); err != nil {
				t.Fatal(err)
			}
			break
		}
		if ctx.Err() != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Millisecond)
	}
	p.cut()
	if err := <-done; err == nil || errors.Is(err, store.ErrConflict) || !strings.Contains(err.Error(), "not known") {
		t.Errorf("got %v", err)
	}
}

// A deaf is a way to a server, which can swallow what that says.
type deaf struct {
	address string
	deaf    atomic.Bool

	mu    sync.Mutex
	conns []net.Conn
}

func newDeaf(t *testing.T, to string) *deaf {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	d := &deaf{address: l.Addr().String()}
	t.Cleanup(func() { _ = l.Close(); d.cut() })
	go func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("tcp", to)
			if err != nil {
				_ = in.Close()
				continue
			}
			d.mu.Lock()
			d.conns = append(d.conns, in, out)
			d.mu.Unlock()
			go func() { _, _ = io.Copy(out, in) }()
			go func() {
				b := make([]byte, 4096)
				for {
					n, err := out.Read(b)
					if err != nil {
						_ = in.Close()
						return
					}
					if !d.deaf.Load() {
						_, _ = in.Write(b[:n])
					}
				}
			}()
		}
	}()
	return d
}

// cut ends the connections, and lets all be heard from then on.
func (d *deaf) cut() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, c := range d.conns {
		_ = c.Close()
	}
	d.conns = nil
	d.deaf.Store(false)
}

// TestNATSRelay has stores in NATS carry requests, of all lengths up to the limit, to who serves a name; nobody else hears them. A server of NATS is killed meanwhile, and
// those that are asked again are answered.
func TestNATSRelay(t *testing.T) {
	t.Parallel()
	c := natsserver.Start(t, 3)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	open := func() store.Relay {
		t.Helper()
		s, err := nats.Open(ctx, nats.Options{Servers: c.URLs()})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		return s.(store.Relay)
	}
	a, b := open(), open()
	if _, err := a.Ask(ctx, "host.with dots", nil); !errors.Is(err, store.ErrNobody) {
		t.Errorf("nobody serves it: %v", err)
	}
	var begun atomic.Bool
	gone := make(chan struct{})
	end := sync.OnceFunc(func() { close(gone) })
	stop, err := b.Serve("host.with dots", func(ctx context.Context, request []byte) []byte {
		if string(request) == "wait" {
			begun.Store(true)
			<-ctx.Done()
			end()
			return nil
		}
		return append([]byte("got "), request[:len(request)/2]...)
	})
	if err != nil {
		t.Fatal(err)
	}
	for errors.Is(err, store.ErrNobody) || err == nil { // that it is served is known to all servers a moment later
		if _, err = a.Ask(ctx, "host.with dots", nil); err == nil {
			break
		}
	}
	for _, n := range []int{0, 1, 1000, store.MaxMessage} {
		out, err := a.Ask(ctx, "host.with dots", make([]byte, n))
		if err != nil || len(out) != len("got ")+n/2 {
			t.Errorf("%d octets: %d, %v", n, len(out), err)
		}
	}
	if _, err := a.Ask(ctx, "host.with dots", make([]byte, store.MaxMessage+1)); !errors.Is(err, store.ErrTooLarge) {
		t.Errorf("too long: %v", err)
	}
	if _, err := a.Ask(ctx, "other", nil); !errors.Is(err, store.ErrNobody) {
		t.Errorf("another name: %v", err)
	}
	answered := 0
	for i := range 3 {
		c.Kill(i)
		for ctx.Err() == nil {
			limited, cancel := context.WithTimeout(ctx, time.Second)
			_, err := a.Ask(limited, "host.with dots", []byte("x"))
			cancel()
			if err == nil {
				answered++
				break
			}
		}
		c.Run(i)
	}
	if answered != 3 {
		t.Errorf("%d of 3 were answered: %v", answered, ctx.Err())
	}
	for patience := 100 * time.Millisecond; !begun.Load(); patience *= 2 { // until the time is enough to be handed out
		limited, cancel := context.WithTimeout(ctx, patience)
		_, err := a.Ask(limited, "host.with dots", []byte("wait"))
		cancel()
		if begun.Load() && !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("no answer in time: %v", err)
		}
		if ctx.Err() != nil {
			t.Fatalf("it was never handed out: %v", err)
		}
	}
	stop()
	<-gone
	for { // that nobody serves it any more is known to all servers a moment later
		limited, cancel := context.WithTimeout(ctx, time.Second)
		_, err := a.Ask(limited, "host.with dots", nil)
		cancel()
		if errors.Is(err, store.ErrNobody) {
			return
		}
		if err == nil || ctx.Err() != nil {
			t.Fatalf("nobody serves it any more: %v", err)
		}
	}
}
